import { describe, expect, it } from '@jest/globals';
import { type RedriveOptions, redriveMessages } from './redrive.ts';

const named = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ MessageId: `m${index + 1}` }));

/** A queue that gives a message out once, and to which what fails in its function comes back as a new message. */
function redriveOf(
  waiting: { MessageId: string }[],
  options: Partial<RedriveOptions>,
  bring: (id: string) => void = () => undefined,
) {
  const removed: string[] = [];
  const released: string[] = [];
  const report = redriveMessages<{ MessageId: string }>(
    {
      receive: async (most) => waiting.splice(0, most),
      bring: async ({ MessageId }) => bring(MessageId),
      remove: async ({ MessageId }) => {
        removed.push(MessageId);
      },
      release: async ({ MessageId }) => {
        released.push(MessageId);
      },
    },
    { messageId: undefined, most: waiting.length, ...options },
  );
  return { report, removed, released, waiting };
}

describe('a redrive', () => {
  it('deletes what has arrived and gives back what has not', async () => {
    const { report, removed, released } = redriveOf(named(12), {}, (id) => {
      if (id === 'm2') throw new Error('not yet');
    });
    expect(await report).toEqual({ redriven: 11, failed: [{ messageId: 'm2', reason: 'not yet' }] });
    expect(removed).not.toContain('m2');
    expect(released).toEqual(['m2']);
  });

  it('ends although everything fails again and comes back', async () => {
    const queue = named(15);
    const { report, waiting } = redriveOf(queue, {}, () => queue.push({ MessageId: 'again' }));
    expect(await report).toEqual({ redriven: 15, failed: [] });
    expect(waiting).toHaveLength(15);
  });

  it('brings one alone, and gives back what it met before and beside it', async () => {
    const { report, removed, released, waiting } = redriveOf(named(25), { messageId: 'm13' });
    expect(await report).toEqual({ redriven: 1, failed: [] });
    expect([removed, released.length, waiting.length]).toEqual([['m13'], 19, 5]);
  });

  it('gives up when a hundred have failed', async () => {
    const { report, released, waiting } = redriveOf(named(250), {}, () => {
      throw new Error('no');
    });
    expect((await report).failed).toHaveLength(100);
    expect([released.length, waiting.length]).toEqual([100, 150]);
  });

  it('ends after the message that it is at when it is interrupted', async () => {
    const interrupted = new AbortController();
    const { report, removed, released } = redriveOf(named(5), { signal: interrupted.signal }, (id) => {
      if (id === 'm2') interrupted.abort();
    });
    expect(await report).toEqual({ redriven: 2, failed: [] });
    expect([removed, released]).toEqual([
      ['m1', 'm2'],
      ['m3', 'm4', 'm5'],
    ]);
  });
});
