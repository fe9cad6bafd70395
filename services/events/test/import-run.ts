import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateScan,
} from '@aws-sdk/lib-dynamodb';
import { expect } from '@jest/globals';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { until } from '../../../offline/test/processes.ts';
import { startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { httpEvent, jsonEvent } from '../../../shared/testing/http-event.ts';

export type Row = Readonly<Record<string, unknown>>;

interface Report {
  readonly rows: number;
  readonly accepted: number;
  readonly refused: number;
  readonly problems: readonly { line: number; column?: string; reason: string }[];
}

/** The whole application in a local cloud, with what a test of imports does to it and asks of it. */
export async function openImports() {
  const cloud = await startLocalCloud({ run: true });
  const { ItemsTable, UploadsTable, UploadsBucket, ImportQueue, ImportDeadLetters } = cloud.resources;
  const dynamodb = new DynamoDBClient();
  const documents = DynamoDBDocumentClient.from(dynamodb);
  const s3 = new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
  const sqs = new SQSClient();
  const lambda = new LambdaClient();

  async function rows(TableName: string | undefined): Promise<Row[]> {
    const pages = paginateScan({ client: documents }, { TableName, ConsistentRead: true });
    const found: Row[] = [];
    for await (const { Items = [] } of pages) found.push(...Items);
    return found;
  }
  async function invoke(functionKey: string, event: object): Promise<unknown> {
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: `shop-test-${functionKey}`, Payload: JSON.stringify(event) }),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  }
  async function ask(functionKey: string, event: object) {
    const { statusCode, body } = (await invoke(functionKey, event)) as APIGatewayProxyStructuredResultV2;
    return { status: statusCode, body: JSON.parse(body ?? '{}') };
  }
  const claims = (sub: string) => ({ sub, scope: 'shop/items.write' });
  const imported = async (uploadId: string) =>
    (await rows(UploadsTable)).find(
      (row) => row.uploadId === uploadId && String(row.record).startsWith('import#'),
    );

  return {
    cloud,
    documents,
    sqs,
    invoke,
    bucket: String(UploadsBucket),
    queues: { import: ImportQueue, deadLetters: ImportDeadLetters },

    /** Puts a file and answers its version. */
    async put(Key: string, Body: string | Uint8Array): Promise<string> {
      const { VersionId } = await s3.send(
        new PutObjectCommand({ Bucket: UploadsBucket, Key, Body: Buffer.from(Body) }),
      );
      return String(VersionId);
    },
    async object(Key: string): Promise<string> {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: UploadsBucket, Key }));
      return Body?.transformToString() ?? '';
    },
    async report(uploadId: string): Promise<Report> {
      return JSON.parse(await this.object(`reports/${uploadId}.json`));
    },
    /** The import of an upload that has one file, when it has come to its end. */
    async finished(uploadId: string): Promise<Row> {
      const isOver = async () => ['DONE', 'REFUSED'].includes(String((await imported(uploadId))?.state));
      await until(isOver, 60_000);
      return { ...(await imported(uploadId)) };
    },
    uploads: () => rows(UploadsTable),
    /** Items whose ids begin with a prefix, by their ids without it. */
    async items(prefix: string): Promise<Record<string, Row>> {
      const all = (await rows(ItemsTable)) as { id: string }[];
      return Object.fromEntries(
        all
          .filter(({ id }) => id.startsWith(prefix))
          .map((item) => [item.id.slice(prefix.length), item])
          .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
      );
    },
    async item(id: string): Promise<Row | undefined> {
      const { Item } = await documents.send(
        new GetCommand({ TableName: ItemsTable, Key: { id }, ConsistentRead: true }),
      );
      return Item;
    },
    async putItem(item: Row): Promise<void> {
      await documents.send(new PutCommand({ TableName: ItemsTable, Item: { ...item } }));
    },
    async removeItem(id: string): Promise<void> {
      await documents.send(new DeleteCommand({ TableName: ItemsTable, Key: { id } }));
    },
    /** Waits until nothing is left to write. */
    async settled(): Promise<void> {
      await until(async () => (await this.messages(ImportQueue)) === 0, 90_000);
    },
    /** How many messages a queue has, in flight or not. */
    async messages(QueueUrl: string | undefined): Promise<number> {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      return ['', 'NotVisible', 'Delayed']
        .map((kind) => Number(Attributes[`ApproximateNumberOfMessages${kind}` as keyof typeof Attributes]))
        .reduce((sum, count) => sum + count, 0);
    },
    /** Sends up to ten messages at once. */
    send: (...messages: object[]) =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: ImportQueue,
          Entries: messages.map((message, index) => ({
            Id: String(index),
            MessageBody: JSON.stringify(message),
          })),
        }),
      ),
    /** Lets rows come to the catalogue as messages, each by itself and in this order. */
    async ingest(...ingested: Row[]): Promise<void> {
      for (const row of ingested) {
        const body = JSON.stringify({ uploadId: 'a.csv', versionId: 'v1', chunk: '0-0', rows: [row] });
        const answer = await invoke('ingestItems', { Records: [{ messageId: '1', body }] });
        expect(answer).toEqual({ batchItemFailures: [] });
      }
    },
    hideMessagesFor: (seconds: number) =>
      sqs.send(
        new SetQueueAttributesCommand({
          QueueUrl: ImportQueue,
          Attributes: { VisibilityTimeout: String(seconds) },
        }),
      ),
    /** The names of the chunks that are dead, which are no longer there then. */
    async deadChunks(): Promise<string[]> {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: ImportDeadLetters, MaxNumberOfMessages: 10 }),
      );
      for (const { ReceiptHandle } of Messages) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl: ImportDeadLetters, ReceiptHandle }));
      }
      return Messages.map(({ Body = '' }) => JSON.parse(Body).chunk).sort();
    },
    announce: (body: object, sub = 'alice') =>
      ask('createUpload', jsonEvent('POST /uploads', body, { claims: claims(sub) })),
    see: (id: string, sub = 'alice') =>
      ask(
        'getUpload',
        httpEvent({ routeKey: 'GET /uploads/{id}', pathParameters: { id }, claims: claims(sub) }),
      ),
    patchItem: (id: string, body: object) =>
      ask(
        'patchItem',
        jsonEvent('PATCH /items/{id}', body, { pathParameters: { id }, claims: claims('alice') }),
      ),
    async close(): Promise<void> {
      for (const client of [dynamodb, s3, sqs, lambda]) client.destroy();
      await cloud.stop();
    },
  };
}

export type ImportRun = Awaited<ReturnType<typeof openImports>>;

/** What S3 notifies importUpload of. */
export const notification = (bucket: string, key: string, versionId: string, size: number) => ({
  Records: [
    {
      eventTime: '2026-11-22T12:00:00.000Z',
      s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key), size, versionId } },
    },
  ],
});

export const COLUMNS = 'id,sku,name,category,amount,currency,stock,description,updatedAt';

/** A table of so many rows, whose ids are the prefix and a number. */
export function tableOf(prefix: string, count: number, line = (number: number) => `${100 + number}`): string {
  const lines = Array.from(
    { length: count },
    (_, index) => `${prefix}${index},S-${index},Mug ${index},mugs,${line(index)},EUR,7,,2026-01-01T00:00:00Z`,
  );
  return [COLUMNS, ...lines, ''].join('\n');
}
