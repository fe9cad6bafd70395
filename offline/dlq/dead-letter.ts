import { isRecord } from '../cloudformation/template.ts';

/** A message of a dead-letter queue, as ReceiveMessage answers it. Which fields say why it is there depends on its origin. */
export interface DeadLetter {
  readonly MessageId?: string | undefined;
  readonly Body?: string | undefined;
  readonly Attributes?: Readonly<Partial<Record<string, string>>> | undefined;
  readonly MessageAttributes?:
    | Readonly<Record<string, { readonly StringValue?: string | undefined }>>
    | undefined;
}

/** Where in a stream the records of a failed batch are; sequence numbers are larger than a double holds. */
export interface StreamBatch {
  readonly streamArn: string;
  readonly shardId: string;
  readonly startSequenceNumber: string;
  readonly endSequenceNumber: string;
  readonly batchSize: number;
}

/** What put a message into its queue, with what a redrive needs to know of it. */
export type Origin =
  | { readonly kind: 'queue'; readonly queueArn: string }
  | { readonly kind: 'stream'; readonly functionArn: string; readonly batch: StreamBatch }
  | { readonly kind: 'invocation'; readonly functionArn: string; readonly payload: unknown }
  /** A rule or a schedule. */
  | { readonly kind: 'rule'; readonly ruleArn: string; readonly targetArn: string }
  | { readonly kind: 'unknown'; readonly obstacle: string };

/**
 * Each kind of sender says by itself who it is: SQS in a system attribute, EventBridge and its Scheduler in message
 * attributes, and destinations of Lambda in the body.
 *
 * - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 * - https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 * - https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * - https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export function originOf(letter: DeadLetter): Origin {
  const queueArn = letter.Attributes?.DeadLetterQueueSourceArn;
  if (queueArn) return { kind: 'queue', queueArn };
  const ruleArn = attributeOf(letter, 'RULE_ARN') ?? attributeOf(letter, 'SCHEDULE_ARN');
  const targetArn = attributeOf(letter, 'TARGET_ARN');
  if (ruleArn && targetArn) return { kind: 'rule', ruleArn, targetArn };
  const body = bodyOf(letter);
  const { requestContext, requestPayload, DDBStreamBatchInfo: batch } = body;
  const functionArn = isRecord(requestContext) ? requestContext.functionArn : undefined;
  if (typeof functionArn === 'string') {
    if (isStreamBatch(batch)) return { kind: 'stream', functionArn, batch };
    if (requestPayload !== undefined) return { kind: 'invocation', functionArn, payload: requestPayload };
  }
  return { kind: 'unknown', obstacle: obstacleOf(letter, body) };
}

/** The text of a message attribute. */
export function attributeOf({ MessageAttributes }: DeadLetter, name: string): string | undefined {
  return MessageAttributes?.[name]?.StringValue;
}

/** The body when it is a JSON object, and an empty object when it is not. */
export function bodyOf({ Body = '' }: DeadLetter): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Body);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

const PLACE = ['streamArn', 'shardId', 'startSequenceNumber', 'endSequenceNumber'];

function isStreamBatch(value: unknown): value is StreamBatch {
  return isRecord(value) && PLACE.every((name) => typeof value[name] === 'string');
}

function obstacleOf(letter: DeadLetter, body: Readonly<Record<string, unknown>>): string {
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
  if (attributeOf(letter, 'RequestID') !== undefined) {
    return 'Lambda does not say which function failed: invoke that one with the body of the message.';
  }
  if (body.Type === 'Notification' && body.TopicArn !== undefined) {
    return 'A topic delivers to all its subscribers or to none: publish the message anew if all may get it.';
  }
  return 'It does not say where it came from.';
}
