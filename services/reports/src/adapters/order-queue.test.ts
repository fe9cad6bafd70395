import { describe, expect, it } from '@jest/globals';
import { DependencyFailed } from '../../../../shared/errors.ts';
import { orderQueue } from './order-queue.ts';

/** The queue, with a client that answers so, and what it was sent. */
function queueOf(answer: (signal?: AbortSignal) => Promise<unknown>) {
  const sent: { command: string; input: unknown }[] = [];
  const client = {
    send: async (command: { input: object }, options?: { abortSignal?: AbortSignal }) => {
      sent.push({ command: command.constructor.name, input: command.input });
      return answer(options?.abortSignal);
    },
  };
  return { sent, queue: orderQueue(client as unknown as Parameters<typeof orderQueue>[0], 'https://queue') };
}
const messages = [
  { id: 'm1', receipt: 'r1', body: '', receives: 1 },
  { id: 'm2', receipt: 'r2', body: '', receives: 1 },
];
const running = new AbortController().signal;

describe('the queue of order events', () => {
  it('is polled long for as many messages as there may be', async () => {
    const Messages = [
      { MessageId: 'm1', ReceiptHandle: 'r1', Body: '{}', Attributes: { ApproximateReceiveCount: '3' } },
    ];
    const { sent, queue } = queueOf(async () => ({ Messages }));
    expect(await queue.receive(running)).toEqual([{ id: 'm1', receipt: 'r1', body: '{}', receives: 3 }]);
    expect(sent).toMatchObject([
      { command: 'ReceiveMessageCommand', input: { MaxNumberOfMessages: 10, WaitTimeSeconds: 20 } },
    ]);
  });

  it('has nothing when it is empty', async () => {
    expect(await queueOf(async () => ({})).queue.receive(running)).toEqual([]);
  });

  it('is left when we are told to stop', async () => {
    const stop = new AbortController();
    const { queue } = queueOf(
      (signal) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    const received = queue.receive(stop.signal);
    stop.abort();
    expect(await received).toEqual([]);
  });

  it('removes messages by their receipts', async () => {
    const { sent, queue } = queueOf(async () => ({}));
    await queue.remove(messages);
    expect(sent).toEqual([
      {
        command: 'DeleteMessageBatchCommand',
        input: {
          QueueUrl: 'https://queue',
          Entries: [
            { Id: '0', ReceiptHandle: 'r1' },
            { Id: '1', ReceiptHandle: 'r2' },
          ],
        },
      },
    ]);
  });

  it('gets messages back for five seconds, and nothing when there are none', async () => {
    const { sent, queue } = queueOf(async () => ({}));
    await queue.giveBack(messages.slice(0, 1));
    await queue.giveBack([]);
    expect(sent).toMatchObject([
      {
        command: 'ChangeMessageVisibilityBatchCommand',
        input: { Entries: [{ ReceiptHandle: 'r1', VisibilityTimeout: 5 }] },
      },
    ]);
  });

  it.each([
    ['has no answer', Object.assign(new Error('socket hang up'), { $metadata: {} }), DependencyFailed],
    ['is refused to us', Object.assign(new Error('no'), { $metadata: {}, $fault: 'client' }), Error],
  ])('%s: that is what it says', async (_, error, kind) => {
    const { queue } = queueOf(async () => Promise.reject(error));
    const failure = await queue.check().catch((thrown: Error) => thrown);
    expect(failure?.constructor).toBe(kind);
  });
});
