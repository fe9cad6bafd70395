import type { SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { importQueue } from './import-queue.ts';

const KEY = { uploadId: 'spring.csv', versionId: 'v1' };
const chunk = (id: string, description = '') => ({
  id,
  rows: [
    { line: 2, id: 'mug', sku: 'S', name: 'Mug', category: 'mugs', amount: 1, currency: 'EUR', description },
  ].map((row) => ({ ...row, updatedAt: '2026-01-01T00:00:00.000Z' })),
});
const chunks = (count: number, description?: string) =>
  Array.from({ length: count }, (_, index) => chunk(`0-${index}`, description));

/** A queue that fails what `failing` says of the n-th request, and the chunks of each request that it got. */
function queue(failing: (request: number, chunk: string) => boolean = () => false, SenderFault = false) {
  const requests: string[][] = [];
  const bodies: string[] = [];
  const pauses: number[] = [];
  const client = {
    async send({ input }: { input: { Entries: SendMessageBatchRequestEntry[] } }) {
      const named = input.Entries.map(({ Id, MessageBody = '' }) => ({
        Id,
        chunk: JSON.parse(MessageBody).chunk as string,
      }));
      bodies.push(...input.Entries.map(({ MessageBody = '' }) => MessageBody));
      requests.push(named.map(({ chunk }) => chunk));
      const Failed = named
        .filter(({ chunk }) => failing(requests.length, chunk))
        .map(({ Id }) => ({ Id, SenderFault, Code: 'InternalError' }));
      return { Failed };
    },
  } as unknown as Pick<SQSClient, 'send'>;
  const send = importQueue(client, 'queue-url', async (milliseconds) => void pauses.push(milliseconds));
  return { requests, bodies, pauses, send };
}

describe('the import queue', () => {
  it('gets ten chunks in a request', async () => {
    const { requests, send } = queue();
    await send(KEY, chunks(12));
    expect(requests.map((request) => request.length)).toEqual([10, 2]);
  });

  it('gets fewer in a request when they are large', async () => {
    const { requests, bodies, send } = queue();
    await send(KEY, chunks(4, 'x'.repeat(100_000)));
    expect(requests).toEqual([
      ['0-0', '0-1'],
      ['0-2', '0-3'],
    ]);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ ...KEY, chunk: '0-0', rows: [{ id: 'mug' }] });
  });

  it('gets again what it did not take, and nothing else', async () => {
    const { requests, pauses, send } = queue((request, id) => request < 3 && (id === '0-1' || id === '0-2'));
    await send(KEY, chunks(4));
    expect(requests).toEqual([
      ['0-0', '0-1', '0-2', '0-3'],
      ['0-1', '0-2'],
      ['0-1', '0-2'],
    ]);
    expect(pauses).toEqual([100, 200]);
  });

  it('is given up when it does not take a chunk five times, or says that it never will', async () => {
    const busy = queue((_, id) => id === '0-1');
    await expect(busy.send(KEY, chunks(2))).rejects.toMatchObject({ name: 'DependencyFailed' });
    expect(busy.requests).toHaveLength(5);
    const strict = queue((_, id) => id === '0-1', true);
    await expect(strict.send(KEY, chunks(2))).rejects.toMatchObject({ name: 'DependencyFailed' });
    expect(strict.requests).toHaveLength(1);
  });

  it('gets no character that it does not take', async () => {
    const { bodies, send } = queue();
    await send(KEY, [chunk('0-0', 'a\uFFFEb\uFFFFc\u0001')]);
    expect(bodies[0]).toMatch(/a\\ufffeb\\uffffc\\u0001/);
    expect(JSON.parse(bodies[0] ?? '').rows[0].description).toBe('a\uFFFEb\uFFFFc\u0001');
  });
});
