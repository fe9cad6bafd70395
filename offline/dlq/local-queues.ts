import { askControl } from '../control/client.ts';
import { runningEndpoints } from '../endpoints.ts';
import type { QueueSummary } from '../services/fauxqs/index.ts';
import type { Message } from '../services/sqs/queue.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterQueues } from './dead-letter-queues.ts';
import type { RedriveReport } from './redrive.ts';

/** The dead-letter queues of the local cloud that runs with this state folder; looking into them counts as no receive. */
export function localQueues(stateFolder: string): DeadLetterQueues {
  const control = async <Answer>(method: 'GET' | 'POST', path: string, body?: object) =>
    askControl<Answer>((await runningEndpoints(stateFolder)).aws, method, path, body);
  const messagesOf = async (name: string) =>
    (await control<Message[]>('GET', `queues/${encodeURIComponent(name)}/messages`)).map(letterOf);

  return {
    async list() {
      const queues = await control<QueueSummary[]>('GET', 'queues');
      const targets = new Set(queues.map(({ deadLetterTargetArn }) => deadLetterTargetArn));
      return queues
        .filter(({ name, arn }) => targets.has(arn) || /dlq|dead-?letter|failure/i.test(name))
        .map(({ name, arn, visible, inFlight }) => ({ name, arn, waiting: visible, inFlight }));
    },
    look: async ({ name }, most) => (await messagesOf(name)).slice(0, most),
    find: async ({ name }, messageId) =>
      (await messagesOf(name)).find(({ MessageId }) => MessageId === messageId),
    redrive: ({ name }, messageId) =>
      control<RedriveReport>('POST', `queues/${encodeURIComponent(name)}/redrive`, { messageId }),
  };
}

/** The control API answers rows; others read what ReceiveMessage answers. */
function letterOf({ id, body, attributes, dead_letter_source, sent_at, receive_count }: Message): DeadLetter {
  return {
    MessageId: id,
    Body: body,
    Attributes: {
      SentTimestamp: String(sent_at),
      ApproximateReceiveCount: String(receive_count),
      ...(dead_letter_source !== null && { DeadLetterQueueSourceArn: dead_letter_source }),
    },
    MessageAttributes: JSON.parse(attributes),
  };
}
