import { AwsError } from '../../aws/error.ts';
import { ALL_ATTRIBUTE_NAMES, queueActions } from '../fauxqs/library.ts';
import { type Attributes, checkAttributes, checkCreation } from './attributes.ts';
import {
  changeVisibility,
  type Input,
  inBatch,
  integer,
  names,
  receive,
  remove,
  sendMessage,
} from './messages.ts';
import { moveTasks } from './move-tasks.ts';
import type { Queue, Queues } from './queue.ts';
import { redrivePolicyOf } from './redrive-policy.ts';

/** `hangUp` tells a long poll that nobody waits for its answer any more. */
export type Operation = (input: Input, hangUp: AbortSignal) => object | Promise<object>;

const MAX_LISTED = 1_000;

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
