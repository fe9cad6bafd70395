import { AwsError } from '../../aws/error.ts';
import {
  calculateMessageSize,
  type MessageAttributes,
  md5,
  md5OfMessageAttributes,
  SqsStore,
} from '../fauxqs/library.ts';
import type { Message, Queue, Queues } from './queue.ts';

export type Input = Readonly<Record<string, unknown>>;

/** APIReference/API_SendMessage.html; the library takes no character above #xFFFF. */
const BODY = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;
const MAX_BATCH_BYTES = 1_048_576;
const SYSTEM_ATTRIBUTES = {
  SenderId: () => '000000000000',
  SentTimestamp: ({ sent_at }) => sent_at,
  ApproximateReceiveCount: ({ receive_count }) => receive_count,
  ApproximateFirstReceiveTimestamp: ({ first_received_at }) => first_received_at,
  MessageGroupId: ({ group_id }) => group_id,
  MessageDeduplicationId: ({ deduplication_id }) => deduplication_id,
  SequenceNumber: ({ sequence_number }) => sequence_number,
  AWSTraceHeader: ({ trace_header }) => trace_header,
  DeadLetterQueueSourceArn: ({ dead_letter_source }) => dead_letter_source,
} satisfies Record<string, (message: Message) => string | number | null>;

const invalid = (message: string) => new AwsError('InvalidParameterValue', message);

/** @throws AwsError for what is no whole number, or out of range */
export function integer(input: Input, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw invalid(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}.`,
  );
}

/**
 * The names that are asked for; `All` stands for all that there are.
 *
 * @throws AwsError for a name that is not known
 */
export function names(value: unknown, known: readonly string[]): string[] {
  const wanted = (value ?? []) as string[];
  const unknown = wanted.find((name) => name !== 'All' && !known.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  return wanted.includes('All') ? [...known] : wanted;
}

/** One bad entry does not keep the others from being done; the request as a whole can be bad, too. */
export function inBatch(input: Input, operation: (entry: Input) => object): object {
  const entries = (input.Entries ?? []) as readonly Input[];
  const ids = entries.map(({ Id }) => String(Id));
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  const problems = {
    EmptyBatchRequest: entries.length === 0,
    TooManyEntriesInBatchRequest: entries.length > 10,
    InvalidBatchEntryId: ids.some((id) => !/^[\w-]{1,80}$/.test(id)),
    BatchEntryIdsNotDistinct: new Set(ids).size < ids.length,
    BatchRequestTooLong: bytes > MAX_BATCH_BYTES,
  };
  const [code] = Object.entries(problems).find(([, isSo]) => isSo) ?? [];
  if (code) throw new AwsError(code, `The batch cannot be done: ${code}.`);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const { Id } = entry;
    try {
      Successful.push({ Id, ...operation(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

const sizeOf = ({ MessageBody, MessageAttributes }: Input) =>
  calculateMessageSize(String(MessageBody ?? ''), (MessageAttributes ?? {}) as MessageAttributes);

/** @throws AwsError for what AWS does not take */
export function sendMessage(queue: Queue, entry: Input): object {
  const body = entry.MessageBody;
  if (typeof body !== 'string' || body === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (!BODY.test(body)) throw new AwsError('InvalidMessageContents', 'The message has an invalid character.');
  const attributes = (entry.MessageAttributes ?? {}) as MessageAttributes;
  checkMessageAttributes(attributes);
  const maximum = Number(queue.attributes.MaximumMessageSize);
  if (sizeOf(entry) > maximum) {
    throw invalid(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximum} bytes.`,
    );
  }
  const system = (entry.MessageSystemAttributes ?? {}) as MessageAttributes;
  const { id, sequenceNumber } = queue.send({
    body,
    attributes,
    ...order(queue, entry, body),
    delaySeconds: delayOf(queue, entry),
    traceHeader: system.AWSTraceHeader?.StringValue,
  });
  return {
    MessageId: id,
    MD5OfMessageBody: md5(body),
    MD5OfMessageAttributes: md5OfMessageAttributes(attributes) || undefined,
    MD5OfMessageSystemAttributes: md5OfMessageAttributes(system) || undefined,
    SequenceNumber: sequenceNumber ?? undefined,
  };
}

function order(queue: Queue, entry: Input, body: string) {
  const id = (name: string) => {
    const value = entry[name];
    if (value === undefined || (typeof value === 'string' && /^[!-~]{1,128}$/.test(value))) return value;
    throw invalid(
      `Value for parameter ${name} is invalid. Reason: 1 to 128 alphanumeric and punctuation characters.`,
    );
  };
  const groupId = id('MessageGroupId');
  const given = id('MessageDeduplicationId');
  if (!queue.isFifo()) {
    if (given) throw invalid('MessageDeduplicationId is not valid for this queue type.');
    return { groupId };
  }
  if (!groupId)
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  const isByContent = queue.attributes.ContentBasedDeduplication === 'true';
  const deduplicationId = given ?? (isByContent ? SqsStore.contentBasedDeduplicationId(body) : undefined);
  if (deduplicationId) return { groupId, deduplicationId };
  throw invalid(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

function delayOf(queue: Queue, entry: Input): number | undefined {
  const seconds = integer(entry, 'DelaySeconds', 0, 900);
  if (seconds && queue.isFifo()) throw invalid('DelaySeconds is not valid for a message of a FIFO queue.');
  return queue.isFifo() ? undefined : seconds;
}

/** SQSDeveloperGuide/sqs-message-metadata.html */
function checkMessageAttributes(attributes: MessageAttributes): void {
  const entries = Object.entries(attributes);
  if (entries.length > 10) throw invalid('Number of message attributes exceeds the allowed maximum [10].');
  for (const [name, attribute] of entries) {
    const isNamed = /^(?!AWS\.|Amazon\.)(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i.test(name);
    if (!isNamed || !hasValue(attribute)) throw invalid(`The message attribute '${name}' is invalid.`);
  }
}

function hasValue({ DataType, StringValue, BinaryValue }: MessageAttributes[string]): boolean {
  const type = /^(String|Number|Binary)(\..+)?$/.exec(DataType ?? '')?.[1];
  if (type === 'Binary') return Boolean(BinaryValue);
  if (type === 'Number') return Boolean(StringValue) && Number.isFinite(Number(StringValue));
  return type === 'String' && Boolean(StringValue) && BODY.test(StringValue ?? '');
}

export function remove(queue: Queue, entry: Input): object {
  queue.remove(receiptOf(entry));
  return {};
}

export function changeVisibility(queue: Queue, entry: Input): object {
  const seconds = integer(entry, 'VisibilityTimeout', 0, 43_200);
  if (seconds === undefined) throw new AwsError('MissingParameter', 'The request needs a VisibilityTimeout.');
  queue.changeVisibility(receiptOf(entry), seconds);
  return {};
}

function receiptOf({ ReceiptHandle }: Input): string {
  if (typeof ReceiptHandle === 'string') return ReceiptHandle;
  throw new AwsError('MissingParameter', 'The request must contain the parameter ReceiptHandle.');
}

/** Waits for messages as long as the request or the queue says, and as long as somebody waits for the answer. */
export async function receive(
  queues: Queues,
  queue: Queue,
  input: Input,
  hangUp: AbortSignal,
): Promise<object> {
  if (input.ReceiveRequestAttemptId) {
    throw new AwsError('UnsupportedOperation', 'The local cloud does not emulate ReceiveRequestAttemptId.');
  }
  const limit = integer(input, 'MaxNumberOfMessages', 1, 10) ?? 1;
  const visibility = integer(input, 'VisibilityTimeout', 0, 43_200);
  const wait =
    integer(input, 'WaitTimeSeconds', 0, 20) ?? Number(queue.attributes.ReceiveMessageWaitTimeSeconds);
  const systemNames = [input.AttributeNames, input.MessageSystemAttributeNames].flatMap((value) =>
    names(value, Object.keys(SYSTEM_ATTRIBUTES)),
  );
  const attributeNames = (input.MessageAttributeNames ?? []) as string[];
  const until = queues.now() + wait * 1_000;
  while (!hangUp.aborted && queues.tables.db.isOpen) {
    const messages = queues.tables.transaction(() => queue.receive(limit, visibility));
    if (messages.length > 0) {
      return { Messages: messages.map((message) => received(message, systemNames, attributeNames)) };
    }
    if (queues.now() >= until) break;
    await queue.change(until, hangUp);
  }
  return {};
}

function received(
  message: Message,
  systemNames: readonly string[],
  attributeNames: readonly string[],
): object {
  const wanted = Object.entries(JSON.parse(message.attributes) as MessageAttributes).filter(([name]) =>
    attributeNames.some(
      (pattern) =>
        pattern === 'All' ||
        pattern === name ||
        (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2))),
    ),
  );
  const system = Object.entries(SYSTEM_ATTRIBUTES)
    .map(([name, read]) => [name, read(message)] as const)
    .filter(([name, value]) => systemNames.includes(name) && value !== null)
    .map(([name, value]) => [name, String(value)]);
  const attributes = Object.fromEntries(wanted);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(wanted.length > 0 && {
      MessageAttributes: attributes,
      MD5OfMessageAttributes: md5OfMessageAttributes(attributes),
    }),
  };
}
