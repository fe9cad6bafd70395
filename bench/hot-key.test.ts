import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { VirtualTime } from '../services/orders/simulation/virtual-time.ts';
import { contended } from './hot-key-rows.ts';

const update = (id: string) =>
  new TransactWriteCommand({
    TransactItems: [{ Update: { TableName: 'items', Key: { id }, UpdateExpression: 'SET stock = :none' } }],
  });

/** Sends transactions on rows at times, in milliseconds; answers how each ended. */
async function endingsOf(sent: readonly (readonly [atMs: number, id: string])[]): Promise<unknown[]> {
  const time = new VirtualTime(0);
  const { documents } = contended({ send: async () => ({}) }, time, 10);
  const endings = sent.map(async ([atMs, id]) => {
    await time.sleep(atMs);
    return documents.send(update(id)).then(
      () => 'done',
      (error) => error.CancellationReasons,
    );
  });
  await time.runUntil(100);
  return Promise.all(endings);
}

describe('rows that transactions hold', () => {
  it('refuses a transaction while another holds its row', async () => {
    expect(
      await endingsOf([
        [0, 'a'],
        [9, 'a'],
      ]),
    ).toEqual(['done', [{ Code: 'TransactionConflict' }]]);
  });

  it('makes a transaction when the other has ended, or is on another row', async () => {
    expect(
      await endingsOf([
        [0, 'a'],
        [10, 'a'],
        [5, 'b'],
      ]),
    ).toEqual(['done', 'done', 'done']);
  });
});
