import { setTimeout as delay } from 'node:timers/promises';
import {
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  type Message,
  paginateListQueues,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import type { AwsClients } from './aws-clients.ts';
import { bringEach, receive } from './bring-each.ts';
import { type DeadLetter, originOf } from './dead-letter.ts';
import type { DeadLetterQueue, DeadLetterQueues } from './dead-letter-queues.ts';
import type { RedriveReport } from './redrive.ts';

/** A look is over sooner, and what nobody could give back is there again after it. */
const LOOK_SECONDS = 30;
/** More are not looked through for one. */
const MOST_SEARCHED = 1_000;
const PAGE = 10;
const MOVE_POLL_MS = 1_000;

/**
 * The dead-letter queues of a deployed stage, by AWS's own API: those named `shop-<what>-<stage>` where `<what>` is said
 * to be of dead letters or failures. To look into one is to receive its messages and to give them back at once, which
 * counts as a receive.
 */
export function stageQueues(stage: string, clients: AwsClients, signal: AbortSignal): DeadLetterQueues {
  const { sqs } = clients;

  async function describe(url: string): Promise<DeadLetterQueue> {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return {
      name: nameOf(url),
      arn: Attributes.QueueArn ?? '',
      waiting: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  }

  /** Shows messages until `see` has seen enough, and gives all of them back. */
  async function visit(
    { name, waiting }: DeadLetterQueue,
    most: number,
    see: (letter: Message) => boolean,
  ): Promise<void> {
    if (waiting === 0) return;
    const url = await urlOf(name);
    const handles: string[] = [];
    try {
      for (let isEnough = false; !isEnough && handles.length < most && !signal.aborted; ) {
        const messages = await receive(sqs, url, most - handles.length, LOOK_SECONDS);
        if (messages.length === 0) break;
        handles.push(...messages.map(({ ReceiptHandle = '' }) => ReceiptHandle));
        isEnough = messages.map(see).includes(true);
      }
    } finally {
      for (let index = 0; index < handles.length; index += PAGE) {
        const Entries = handles
          .slice(index, index + PAGE)
          .map((ReceiptHandle, Id) => ({ Id: String(Id), ReceiptHandle, VisibilityTimeout: 0 }));
        await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
      }
    }
  }

  async function urlOf(name: string): Promise<string> {
    return (await sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';
  }

  /** SQS moves them by itself, each to the queue that it came from. */
  async function moveAll({ arn }: DeadLetterQueue): Promise<RedriveReport> {
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn }));
    for (;;) {
      const { Results = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arn }));
      const {
        Status = 'unknown',
        FailureReason = '',
        ApproximateNumberOfMessagesMoved: redriven = 0,
      } = Results[0] ?? {};
      if (Status === 'RUNNING') await delay(MOVE_POLL_MS, undefined, { signal }).catch(goesOn);
      else if (Status === 'COMPLETED') return { redriven, failed: [] };
      else throw new Error(`SQS ended after ${redriven} messages: ${Status} ${FailureReason}`);
    }
  }

  return {
    async list() {
      const urls: string[] = [];
      for await (const { QueueUrls = [] } of paginateListQueues(
        { client: sqs, pageSize: 1_000 },
        { QueueNamePrefix: 'shop-' },
      )) {
        urls.push(...QueueUrls.filter((url) => isOfStage(nameOf(url), stage)));
      }
      if (urls.length === 0) {
        throw new Error(
          `Stage ${stage} has no dead-letter queues in the account and region of the environment.`,
        );
      }
      return Promise.all(urls.sort().map(describe));
    },

    async look(queue, most) {
      const letters: DeadLetter[] = [];
      await visit(queue, most, (letter) => {
        letters.push(letter);
        return false;
      });
      return letters.sort((a, b) => sentAt(a) - sentAt(b));
    },

    async find(queue, messageId) {
      let found: DeadLetter | undefined;
      await visit(queue, MOST_SEARCHED, (letter) => {
        if (letter.MessageId === messageId) found = letter;
        return found !== undefined;
      });
      return found;
    },

    async redrive(queue, messageId, letters) {
      const isAllOfQueues = letters.every((letter) => originOf(letter).kind === 'queue');
      if (messageId === undefined && isAllOfQueues) return moveAll(queue);
      const most = messageId === undefined ? queue.waiting : MOST_SEARCHED;
      return bringEach(clients, await urlOf(queue.name), { messageId, most, signal });
    },
  };
}

function goesOn(cause: unknown): never {
  throw new Error('SQS goes on to move the messages by itself.', { cause });
}

const nameOf = (url: string) => url.split('/').at(-1) ?? url;

const sentAt = ({ Attributes }: DeadLetter) => Number(Attributes?.SentTimestamp);

/** Stages may end alike, such as `ann` and `dev-ann`: what is in front of the stage must be a name of dead letters. */
function isOfStage(name: string, stage: string): boolean {
  const end = `-${stage}`;
  return name.endsWith(end) && /(letters|failures|dlq)$/.test(name.slice(0, -end.length));
}
