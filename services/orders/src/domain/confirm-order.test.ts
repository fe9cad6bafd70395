import { describe, expect, it } from '@jest/globals';
import { type Confirmation, NotSent, recordConfirmation, sendConfirmation } from './confirm-order.ts';
import type { StoredOrder } from './order.ts';

const order = { id: 'o1', status: 'PAID' } as StoredOrder;
const NOW = Date.parse('2026-11-22T10:00:00Z');

/** A shop with one order; `confirm` is what publishing does. */
function shopWith(kept: Confirmation | undefined, confirm: () => Promise<void> = async () => {}, time = NOW) {
  const done: string[] = [];
  const send = () =>
    sendConfirmation(
      {
        orders: { find: async () => order },
        confirmations: {
          find: async () => kept,
          claim: async (_, { claim, lapsesAt }, previous) => {
            done.push(`claim ${claim} until ${lapsesAt - time} after ${previous?.claim}`);
          },
          sent: async () => void done.push('sent'),
          drop: async (_, { claim }) => void done.push(`drop ${claim}`),
        },
        notifications: {
          confirm: async (_, { timeoutMs }) => {
            done.push(`publish within ${timeoutMs}`);
            await confirm();
          },
        },
        newClaim: () => 'c2',
        now: () => new Date(time),
      },
      { orderId: 'o1', attempt: 1 },
    );
  return { done, send };
}
const earlier: Confirmation = { state: 'SENDING', claim: 'c1', lapsesAt: NOW };

describe('sending a confirmation', () => {
  it('claims the right to, publishes while the claim holds, and writes it down', async () => {
    const { done, send } = shopWith(undefined);
    await send();
    expect(done).toEqual(['claim c2 until 5000 after undefined', 'publish within 5000', 'sent']);
  });

  it('does nothing when it was sent', async () => {
    const { done, send } = shopWith({ ...earlier, state: 'SENT' });
    await send();
    expect(done).toEqual([]);
  });

  it('waits for the receipt of an earlier attempt until ten seconds after its claim', async () => {
    const early = shopWith(earlier, undefined, NOW + 9_999);
    await expect(early.send()).rejects.toMatchObject({ name: 'ConfirmationPending' });
    expect(early.done).toEqual([]);
    const late = shopWith(earlier, undefined, NOW + 10_000);
    await late.send();
    expect(late.done).toEqual(['claim c2 until 5000 after c1', 'publish within 5000', 'sent']);
  });

  it('gives its claim up when the topic has refused the message', async () => {
    const { done, send } = shopWith(undefined, () => Promise.reject(new NotSent('no')));
    await expect(send()).rejects.toMatchObject({ name: 'ConfirmationPending' });
    expect(done.at(-1)).toBe('drop c2');
  });

  it('keeps its claim when it does not know whether the message went out', async () => {
    const { done, send } = shopWith(undefined, () => Promise.reject(new Error('no answer')));
    await expect(send()).rejects.toMatchObject({ name: 'ConfirmationPending' });
    expect(done.at(-1)).toBe('publish within 5000');
  });
});

describe('recording a receipt', () => {
  const recorded = async (isSent: boolean) => {
    const done: string[] = [];
    const confirmations = {
      isSent: async () => isSent,
      sent: async (orderId: string) => void done.push(`sent ${orderId}`),
    };
    await recordConfirmation({ confirmations, now: () => new Date(NOW) }, { orderId: 'o1' });
    return done;
  };

  it('writes nothing when the sender has noted it', async () => {
    expect(await recorded(true)).toEqual([]);
  });

  it('writes it down when nobody has', async () => {
    expect(await recorded(false)).toEqual(['sent o1']);
  });
});
