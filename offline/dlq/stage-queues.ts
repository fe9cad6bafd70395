import { setTimeout as delay } from 'node:timers/promises';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  type Message,
  paginateListQueues,
  ReceiveMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { type DeadLetter, originOf } from './dead-letter.ts';
import type { DeadLetterQueue, DeadLetterQueues } from './dead-letter-queues.ts';
import { REDRIVE_SECONDS, type RedriveReport, redriveMessages } from './redrive.ts';
import { bringer } from './stage-bringer.ts';
import type { StageClients } from './stage-clients.ts';

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
export function stageQueues(stage: string, clients: StageClients, signal: AbortSignal): DeadLetterQueues {
  const { sqs } = clients;
  const bring = bringer(clients);

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

  async function receive(url: string, most: number, seconds: number): Promise<Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(PAGE, most),
        VisibilityTimeout: seconds,
        // A short poll asks some servers only and may answer nothing of what there is.
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages;
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
        const messages = await receive(url, most - handles.length, LOOK_SECONDS);
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

  async function bringEach(queue: DeadLetterQueue, messageId: string | undefined): Promise<RedriveReport> {
    const QueueUrl = await urlOf(queue.name);
    return redriveMessages<Message>(
      {
        receive: (most) => receive(QueueUrl, most, REDRIVE_SECONDS),
        bring,
        async remove({ ReceiptHandle }) {
          await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        },
        async release({ ReceiptHandle }) {
          const visibility = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
          await sqs.send(new ChangeMessageVisibilityCommand(visibility));
        },
      },
      { messageId, most: messageId === undefined ? queue.waiting : MOST_SEARCHED, signal },
    );
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

    redrive(queue, messageId, letters) {
      const isAllOfQueues = letters.every((letter) => originOf(letter).kind === 'queue');
      return messageId === undefined && isAllOfQueues ? moveAll(queue) : bringEach(queue, messageId);
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
