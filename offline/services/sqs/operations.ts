import { AwsError } from '../../aws/error.ts';
import {
  ALL_ATTRIBUTE_NAMES,
  calculateMessageSize,
  type MessageAttributes,
  md5,
  md5OfMessageAttributes,
  queueActions,
  SqsStore,
} from '../fauxqs/library.ts';
import { type Attributes, checkAttributes, checkCreation } from './attributes.ts';
import { moveTasks } from './move-tasks.ts';
import type { Message, Queue, Queues } from './queue.ts';
import { redrivePolicyOf } from './redrive-policy.ts';

export type Input = Readonly<Record<string, unknown>>;

/** `hangUp` tells a long poll that nobody waits for its answer any more. */
export type Operation = (input: Input, hangUp: AbortSignal) => object | Promise<object>;

/** APIReference/API_SendMessage.html; the library takes no character above #xFFFF. */
const BODY = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;
const MAX_BATCH_BYTES = 1_048_576;
const MAX_LISTED = 1_000;
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

export function operations(queues: Queues, awsUrl: () => string): Record<string, Operation> {
  const atomically =
    (operation: (input: Input) => object): Operation =>
    (input) =>
      queues.tables.transaction(() => operation(input));
  const onQueue = (operation: (queue: Queue, input: Input) => object) =>
    atomically((input) => operation(queueOf(queues, input), input));
  const onBatch = (operation: (queue: Queue, entry: Input) => object) =>
    onQueue((queue, input) => inBatch(input, (entry) => operation(queue, entry)));
  const library = (name: keyof typeof queueActions, input: Input) =>
    queueActions[name](input, queues, { headers: {} });
  const unchanged = (name: keyof typeof queueActions) => atomically((input) => library(name, input));
  const withUrl = (output: { QueueUrl?: string }) => ({ QueueUrl: awsUrl() + output.QueueUrl });
  const page = (list: string, found: readonly Queue[], input: Input) => {
    const after = String(input.NextToken ?? '');
    const limit = integer(input, 'MaxResults', 1, MAX_LISTED) ?? MAX_LISTED;
    const rest = found.filter(({ name }) => name > after);
    const shown = rest.slice(0, limit);
    return {
      [list]: shown.map(({ url }) => awsUrl() + url),
      ...(shown.length < rest.length && { NextToken: shown.at(-1)?.name }),
    };
  };

  return {
    DeleteQueue: unchanged('deleteQueue'),
    PurgeQueue: unchanged('purgeQueue'),
    TagQueue: unchanged('tagQueue'),
    UntagQueue: unchanged('untagQueue'),
    ListQueueTags: unchanged('listQueueTags'),
    GetQueueUrl: atomically((input) => withUrl(library('getQueueUrl', input))),
    CreateQueue: atomically((input) => {
      checkCreation(queues, String(input.QueueName ?? ''), (input.Attributes ?? {}) as Attributes);
      return withUrl(library('createQueue', input));
    }),
    SetQueueAttributes: onQueue((queue, input) => {
      checkAttributes(queues, (input.Attributes ?? {}) as Attributes, queue.isFifo());
      queue.setAttributes((input.Attributes ?? {}) as Attributes);
      return {};
    }),
    GetQueueAttributes: onQueue((_, input) => {
      // The library answers all when none are asked for. APIReference/API_GetQueueAttributes.html: none.
      const AttributeNames = names(input.AttributeNames, ALL_ATTRIBUTE_NAMES);
      return library('getQueueAttributes', { ...input, AttributeNames });
    }),
    ListQueues: atomically((input) => {
      const prefix = String(input.QueueNamePrefix ?? '');
      return page(
        'QueueUrls',
        queues.all().filter(({ name }) => name.startsWith(prefix)),
        input,
      );
    }),
    ListDeadLetterSourceQueues: onQueue((queue, input) => {
      const isSource = (one: Queue) => redrivePolicyOf(one)?.deadLetterTargetArn === queue.arn;
      return page('queueUrls', queues.all().filter(isSource), input);
    }),
    SendMessage: onQueue(sendMessage),
    SendMessageBatch: onBatch(sendMessage),
    DeleteMessage: onQueue(remove),
    DeleteMessageBatch: onBatch(remove),
    ChangeMessageVisibility: onQueue(changeVisibility),
    ChangeMessageVisibilityBatch: onBatch(changeVisibility),
    ReceiveMessage: (input, hangUp) => receive(queues, queueOf(queues, input), input, hangUp),
    ...moveTasks(queues, atomically),
  };
}

function queueOf(queues: Queues, { QueueUrl }: Input): Queue {
  if (typeof QueueUrl !== 'string') throw new AwsError('MissingParameter', 'The request needs a QueueUrl.');
  const queue = queues.getQueue(QueueUrl);
  if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
  return queue;
}

function integer(input: Input, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw invalid(
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${min} and ${max}.`,
  );
}

function names(value: unknown, known: readonly string[]): string[] {
  const wanted = (value ?? []) as string[];
  const unknown = wanted.find((name) => name !== 'All' && !known.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  return wanted.includes('All') ? [...known] : wanted;
}

/** One bad entry does not keep the others from being done; the request as a whole can be bad, too. */
function inBatch(input: Input, operation: (entry: Input) => object): object {
  const entries = (input.Entries ?? []) as readonly Input[];
  const ids = entries.map(({ Id }) => String(Id));
  if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'There should be at least one entry.');
  if (entries.length > 10) {
    throw new AwsError('TooManyEntriesInBatchRequest', 'Maximum number of entries per request are 10.');
  }
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id))) {
    const rule = 'alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.';
    throw new AwsError('InvalidBatchEntryId', `A batch entry id can only contain ${rule}`);
  }
  if (new Set(ids).size < ids.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  if (entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) > MAX_BATCH_BYTES) {
    const message = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes.`;
    throw new AwsError('BatchRequestTooLong', message);
  }
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

function remove(queue: Queue, entry: Input): object {
  queue.remove(receiptOf(entry));
  return {};
}

function changeVisibility(queue: Queue, entry: Input): object {
  const seconds = integer(entry, 'VisibilityTimeout', 0, 43_200);
  if (seconds === undefined) throw new AwsError('MissingParameter', 'The request needs a VisibilityTimeout.');
  queue.changeVisibility(receiptOf(entry), seconds);
  return {};
}

function receiptOf({ ReceiptHandle }: Input): string {
  if (typeof ReceiptHandle === 'string') return ReceiptHandle;
  throw new AwsError('MissingParameter', 'The request must contain the parameter ReceiptHandle.');
}

async function receive(queues: Queues, queue: Queue, input: Input, hangUp: AbortSignal): Promise<object> {
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
