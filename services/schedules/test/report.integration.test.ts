import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';

jest.setTimeout(120_000);

let cloud: LocalCloud;
let database: pg.Client;
let lambda: LambdaClient;
let s3: S3Client;
let sns: SNSClient;
let sqs: SQSClient;
let inbox: string;

beforeAll(async () => {
  cloud = await startLocalCloud({ run: true, database: true });
  database = new pg.Client({ connectionString: cloud.databaseUrl ?? '' });
  await database.connect();
  // What services/reports offers: a view of this shape.
  await database.query(`CREATE TABLE IF NOT EXISTS sales_by_day
    (day date, currency text, category text, orders bigint, quantity numeric, amount numeric)`);
  lambda = new LambdaClient();
  s3 = new S3Client({ forcePathStyle: true });
  sns = new SNSClient();
  sqs = new SQSClient();
  inbox = await subscribedQueue();
});
afterAll(async () => {
  await database.end();
  for (const client of [lambda, s3, sns, sqs]) client.destroy();
  await cloud.stop();
});
beforeEach(async () => {
  await database.query('DELETE FROM sales_by_day');
});

async function subscribedQueue(): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox' }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn: cloud.resources.DailyReports,
      Protocol: 'sqs',
      Endpoint: Attributes?.QueueArn,
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return QueueUrl ?? '';
}

async function report(event: object): Promise<unknown> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: 'shop-test-dailyReport', Payload: JSON.stringify(event) }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (FunctionError) throw new Error(`${answer.errorType}: ${answer.errorMessage}`);
  return answer;
}

/** The next notice; none within a second. */
async function notice(): Promise<Record<string, string> | undefined> {
  const { Messages: [message] = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: inbox, WaitTimeSeconds: 1 }),
  );
  if (!message) return undefined;
  await sqs.send(new DeleteMessageCommand({ QueueUrl: inbox, ReceiptHandle: message.ReceiptHandle }));
  return JSON.parse(message.Body ?? '');
}

const sold = (day: string, category: string, amount: string) =>
  database.query("INSERT INTO sales_by_day VALUES ($1, 'EUR', $2, 1, 2, $3)", [day, category, amount]);

describe('the daily report', () => {
  it('has the sales of the day before, and people are sent a link to it', async () => {
    await sold('2026-11-20', 'the day before that', '1');
    await sold('2026-11-21', 'mugs', '2400');
    await sold('2026-11-21', '=mugs', '9007199254740993');
    await sold('2026-11-22', 'today', '1');
    const bucket = cloud.resources.DailyReportsBucket;
    const uri = `s3://${bucket}/reports/daily/2026-11-21.csv`;
    const scheduled = { 'detail-type': 'Scheduled Event', time: '2026-11-22T03:30:00Z' };
    expect(await report(scheduled)).toEqual({ day: '2026-11-21', lines: 2, uri });

    const told = await notice();
    expect(told).toMatchObject({ kind: 'DailyReport', day: '2026-11-21', lines: 2, uri });
    const file = await fetch(told?.link ?? '');
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await file.text()).toBe(
      'day,currency,category,orders,quantity,amount\r\n' +
        "2026-11-21,EUR,'=mugs,1,2,9007199254740993\r\n" +
        '2026-11-21,EUR,mugs,1,2,2400\r\n',
    );
  });

  it('is written again when it is asked for again, and told of once', async () => {
    await sold('2026-11-19', 'mugs', '1200');
    await report({ day: '2026-11-19' });
    expect(await notice()).toMatchObject({ day: '2026-11-19' });
    await sold('2026-11-19', 'late', '700');
    expect(await report({ day: '2026-11-19' })).toMatchObject({ lines: 2 });
    expect(await notice()).toBeUndefined();

    const Bucket = cloud.resources.DailyReportsBucket;
    const Key = 'reports/daily/2026-11-19.csv';
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
    expect(Versions).toHaveLength(2);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body?.transformToString()).toContain('2026-11-19,EUR,late,1,2,700\r\n');
  });

  it.each([
    ['no day', { day: '2026-02-30' }, 'InvalidInput: The event is not valid: /day '],
    ['not over', { day: '2999-01-01' }, 'InvalidInput: The day 2999-01-01 is not over.'],
  ])('is not made of a day that is %s', async (_, event, message) => {
    await expect(report(event)).rejects.toThrow(message);
  });
});
