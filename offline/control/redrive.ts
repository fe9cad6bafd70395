import type { AwsClient } from '../aws/client.ts';
import { isRecord } from '../cloudformation/template.ts';
import { LocalCloudError, messageOf } from '../errors.ts';
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

export interface RedriveReport {
  readonly redriven: number;
  readonly failed: readonly { readonly messageId: string; readonly reason: string }[];
}

/** Brings the messages of a dead-letter queue, or the one of the given id, back to where they failed. */
export type Redrive = (queueName: string, messageId: string | undefined) => Promise<RedriveReport>;

export interface RedriveOptions {
  readonly client: () => AwsClient;
  readonly lambda: Lambda;
  readonly targets: Targets;
}

/** Long enough for a function to run, during which nobody else receives the message. */
const VISIBILITY_SECONDS = 900;

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
    const failed: { messageId: string; reason: string }[] = [];
    const untouched: Message[] = [];
    let redriven = 0;
    for (;;) {
      const { Messages = [] } = await call<{ Messages?: Message[] }>('ReceiveMessage', {
        MaxNumberOfMessages: 10,
        VisibilityTimeout: VISIBILITY_SECONDS,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      if (Messages.length === 0) break;
      for (const message of Messages) {
        if (messageId !== undefined && message.MessageId !== messageId) {
          untouched.push(message);
          continue;
        }
        try {
          await bring(message);
          await call('DeleteMessage', { ReceiptHandle: message.ReceiptHandle });
          redriven += 1;
        } catch (error) {
          failed.push({ messageId: message.MessageId, reason: messageOf(error) });
          untouched.push(message);
        }
      }
    }
    for (const { ReceiptHandle } of untouched) {
      await call('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 0 });
    }
    if (messageId !== undefined && redriven + failed.length === 0) {
      throw new LocalCloudError(`There is no message ${messageId} in ${queueName} that could be received.`);
    }
    return { redriven, failed };
  };

  async function bring(message: Message): Promise<void> {
    const source = message.Attributes?.DeadLetterQueueSourceArn;
    if (source) return bringToQueue(source, message);
    const body = parsed(message.Body);
    if (isRecord(body.DDBStreamBatchInfo)) return bringFromStream(body);
    const { requestContext, requestPayload } = body;
    if (isRecord(requestContext) && 'requestPayload' in body) {
      lambda.invokeLater(String(requestContext.functionArn), requestPayload, 'redrive');
      return undefined;
    }
    const target = message.MessageAttributes?.TARGET_ARN?.StringValue;
    if (target) return bringToTarget(target, message, body);
    throw new LocalCloudError('It does not say where it came from.');
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
  async function bringFromStream(body: Record<string, unknown>): Promise<void> {
    const { functionArn } = body.requestContext as { functionArn: string };
    const records = await recordsOf(body.DDBStreamBatchInfo as Record<string, string>);
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
  async function recordsOf(batch: Record<string, string>): Promise<StreamRecord[]> {
    const { streamArn = '', shardId, startSequenceNumber, endSequenceNumber } = batch;
    const streams = <Output>(operation: string, input: object) =>
      client().json<Output>('dynamodb', `DynamoDBStreams_20120810.${operation}`, input);
    const end = BigInt(endSequenceNumber ?? 0);
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

  async function bringToTarget(arn: string, message: Message, event: unknown): Promise<void> {
    const [, bus, rule] =
      /:rule\/(?:(.+)\/)?(.+)$/.exec(message.MessageAttributes?.RULE_ARN?.StringValue ?? '') ?? [];
    const { Targets = [] } = rule
      ? await client().json<{ Targets?: Record<string, unknown>[] }>(
          'events',
          'AWSEvents.ListTargetsByRule',
          {
            Rule: rule,
            EventBusName: bus,
          },
        )
      : {};
    const target = Targets.find(({ Arn }) => Arn === arn);
    if (['Input', 'InputPath', 'InputTransformer'].some((name) => target?.[name] !== undefined)) {
      throw new LocalCloudError(`Rule ${rule} changes what its target gets, which a redrive cannot repeat.`);
    }
    await targets.deliver(arn, event, { trigger: 'redrive' });
  }
}

function parsed(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
