import type { AwsClient } from '../aws/client.ts';
import { type DeadLetter, originOf, type StreamBatch } from '../dlq/dead-letter.ts';
import { REDRIVE_SECONDS, type RedriveReport, redriveMessages } from '../dlq/redrive.ts';
import { isTransformed, ruleIn, wayBack } from '../dlq/way-back.ts';
import { LocalCloudError } from '../errors.ts';
import { reportedFailures, withinLimit } from '../event-sources/event-source.ts';
import type { Message } from '../event-sources/queue/message.ts';
import {
  recordOf,
  type ShardRecord,
  type StreamRecord,
  sequenceNumberOf,
} from '../event-sources/stream/record.ts';
import type { Lambda } from '../services/lambda/index.ts';
import type { Targets } from '../services/targets.ts';

/** Brings the messages of a dead-letter queue, or the one of the given id, back to where they failed. */
export type Redrive = (queueName: string, messageId: string | undefined) => Promise<RedriveReport>;

export interface RedriveOptions {
  readonly client: () => AwsClient;
  readonly lambda: Lambda;
  readonly targets: Targets;
}

/**
 * A message goes by what put it there: SQS, a stream, an asynchronous invocation or a rule. It is deleted when it has
 * arrived, and stays otherwise.
 */
export function redriver({ client, lambda, targets }: RedriveOptions): Redrive {
  return async (queueName, messageId) => {
    const call = <Output>(operation: string, input: object) =>
      client().json<Output>('sqs', `AmazonSQS.${operation}`, {
        QueueUrl: `http://sqs/000000000000/${queueName}`,
        ...input,
      });
    const { Attributes } = await call<{ Attributes: Record<string, string> }>('GetQueueAttributes', {
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    const report = await redriveMessages<Message>(
      {
        async receive(most) {
          const { Messages = [] } = await call<{ Messages?: Message[] }>('ReceiveMessage', {
            MaxNumberOfMessages: most,
            VisibilityTimeout: REDRIVE_SECONDS,
            MessageSystemAttributeNames: ['All'],
            MessageAttributeNames: ['All'],
          });
          return Messages;
        },
        bring,
        async remove({ ReceiptHandle }) {
          await call('DeleteMessage', { ReceiptHandle });
        },
        async release({ ReceiptHandle }) {
          await call('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 0 });
        },
      },
      { messageId, most: Number(Attributes.ApproximateNumberOfMessages) },
    );
    if (messageId !== undefined && report.redriven + report.failed.length === 0) {
      throw new LocalCloudError(`There is no message ${messageId} in ${queueName} that could be received.`);
    }
    return report;
  };

  async function bring(message: Message): Promise<void> {
    const origin = originOf(message);
    const { obstacle } = wayBack(origin);
    if (obstacle !== undefined) throw new LocalCloudError(obstacle);
    if (origin.kind === 'queue') await bringToQueue(origin.queueArn, message);
    if (origin.kind === 'stream') await bringFromStream(origin.functionArn, origin.batch);
    if (origin.kind === 'invocation') lambda.invokeLater(origin.functionArn, origin.payload, 'redrive');
    if (origin.kind === 'rule') await bringToTarget(origin.ruleArn, origin.targetArn, message);
  }

  async function bringToQueue(arn: string, { Body, MessageAttributes, Attributes }: Message): Promise<void> {
    await client().json('sqs', 'AmazonSQS.SendMessage', {
      QueueUrl: `http://sqs/000000000000/${arn.split(':').at(-1)}`,
      MessageBody: Body,
      MessageAttributes,
      MessageGroupId: Attributes?.MessageGroupId,
      MessageDeduplicationId: Attributes?.MessageDeduplicationId && crypto.randomUUID(),
    });
  }

  /**
   * The message only says where in the stream the records are. Between them may lie others that a filter keeps from the
   * function, which come as well: a function decides for itself what concerns it.
   */
  async function bringFromStream(functionArn: string, batch: StreamBatch): Promise<void> {
    const records = await recordsOf(batch);
    if (records.length === 0) throw new LocalCloudError('The stream does not keep its records any more.');
    for (const batch of withinLimit(records)) {
      const outcome = await lambda.invoke(functionArn, { Records: batch }, 'redrive');
      if ('error' in outcome) throw new LocalCloudError(`The function fails: ${outcome.error.errorMessage}`);
      const failures = reportedFailures(outcome.payload, new Set(batch.map(sequenceNumberOf)));
      if (failures === 'all' || failures.size > 0) {
        throw new LocalCloudError('The function reports records as failed.');
      }
    }
  }

  /** Every record of the stream from the first to the last of a batch. */
  async function recordsOf(batch: StreamBatch): Promise<StreamRecord[]> {
    const { streamArn, shardId, startSequenceNumber, endSequenceNumber } = batch;
    const streams = <Output>(operation: string, input: object) =>
      client().json<Output>('dynamodb', `DynamoDBStreams_20120810.${operation}`, input);
    const end = BigInt(endSequenceNumber);
    const records: StreamRecord[] = [];
    for (let from = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: startSequenceNumber }; ; ) {
      const { ShardIterator } = await streams<{ ShardIterator: string }>('GetShardIterator', {
        StreamArn: streamArn,
        ShardId: shardId,
        ...from,
      });
      const { Records } = await streams<{ Records: ShardRecord[] }>('GetRecords', { ShardIterator });
      const last = Records.at(-1);
      const isInside = (record: ShardRecord) => BigInt(sequenceNumberOf(record)) <= end;
      records.push(...Records.filter(isInside).map((record) => recordOf(record, streamArn)));
      if (!last || BigInt(sequenceNumberOf(last)) >= end) return records;
      from = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequenceNumberOf(last) };
    }
  }

  async function bringToTarget(ruleArn: string, targetArn: string, { Body }: DeadLetter): Promise<void> {
    const rule = ruleIn(ruleArn);
    const { Targets = [] } = rule
      ? await client().json<{ Targets?: { Arn: string }[] }>('events', 'AWSEvents.ListTargetsByRule', rule)
      : {};
    if (isTransformed(Targets.find(({ Arn }) => Arn === targetArn))) {
      throw new LocalCloudError(
        `Rule ${rule?.Rule} changes what its target gets, which a redrive cannot repeat.`,
      );
    }
    await targets.deliver(targetArn, JSON.parse(Body ?? ''), { trigger: 'redrive' });
  }
}
