import type { EventBridgeClient, PutEventsCommand, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from '@jest/globals';
import type { ShopEvent } from '../domain/shop-event.ts';
import { eventBus } from './event-bus.ts';

const at = '2026-11-22T10:00:00.000Z';
const line = { itemId: 'mug', quantity: 2, name: 'Mug', unitPrice: { amount: 1_250, currency: 'EUR' } };
const row = {
  id: 'order-1',
  record: 'order',
  customerId: 'bob',
  status: 'COMPLETE',
  lines: [line],
  total: { amount: 2_500, currency: 'EUR' },
  placedAt: at,
  updatedAt: at,
  paymentToken: 'tok_secret',
  timeline: [{ at, event: 'PENDING', attempt: 1 }],
};
const completed = (eventId: string, data: object = {}): ShopEvent => ({
  type: 'OrderCompleted',
  eventId,
  occurredAt: at,
  correlationId: 'request-9',
  data: { ...row, ...data },
});

type Answers = (entries: readonly PutEventsRequestEntry[]) => object;
const takesAll: Answers = (entries) => ({ Entries: entries.map((_, index) => ({ EventId: `${index}` })) });

/** A bus behind a client that answers each call in turn, the last answer again and again. */
function busThat(...answers: Answers[]) {
  const calls: PutEventsRequestEntry[][] = [];
  const client = {
    async send({ input: { Entries = [] } }: PutEventsCommand) {
      calls.push(Entries);
      return (answers[calls.length - 1] ?? answers.at(-1) ?? takesAll)(Entries);
    },
  };
  return { calls, bus: eventBus(client as unknown as EventBridgeClient, 'shop-test') };
}
const ids = (refusals: readonly { event: ShopEvent }[]) => refusals.map(({ event }) => event.eventId);

describe('the bus', () => {
  it('gets an event with what its contract names and nothing else', async () => {
    const { bus, calls } = busThat(takesAll);
    expect(await bus.publish([completed('1')])).toEqual([]);
    const [{ Detail = '', ...entry } = {}] = calls[0] ?? [];
    expect(entry).toEqual({
      EventBusName: 'shop-test',
      Source: 'shop.orders',
      DetailType: 'OrderCompleted',
      Time: new Date(Date.UTC(2026, 10, 22, 10)),
    });
    expect(JSON.parse(Detail)).toEqual({
      metadata: { eventId: '1', occurredAt: at, correlationId: 'request-9', version: 1 },
      data: {
        id: 'order-1',
        customerId: 'bob',
        placedAt: at,
        lines: [line],
        total: { amount: 2_500, currency: 'EUR' },
      },
    });
  });

  it('gets ten events at a time', async () => {
    const { bus, calls } = busThat(takesAll);
    const events = Array.from({ length: 23 }, (_, index) => completed(`${index}`));
    expect(await bus.publish(events)).toEqual([]);
    expect(calls.map(({ length }) => length)).toEqual([10, 10, 3]);
  });

  it('gets fewer than 256 KB at a time', async () => {
    const { bus, calls } = busThat(takesAll);
    const large = { lines: [{ ...line, name: 'é'.repeat(50_000) }] };
    await bus.publish(['1', '2', '3', '4', '5'].map((id) => completed(id, large)));
    expect(calls.map(({ length }) => length)).toEqual([2, 2, 1]);
  });

  it('is not called for nothing', async () => {
    const { bus, calls } = busThat(takesAll);
    expect(await bus.publish([])).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('answers which entries it did not take, and why', async () => {
    const { bus } = busThat(() => ({
      FailedEntryCount: 1,
      Entries: [
        { EventId: 'a' },
        { ErrorCode: 'InternalFailure', ErrorMessage: 'no luck' },
        { EventId: 'c' },
      ],
    }));
    const refusals = await bus.publish([completed('1'), completed('2'), completed('3')]);
    expect(refusals).toEqual([{ event: completed('2'), cause: new Error('InternalFailure: no luck') }]);
  });

  it('that does not answer is asked no further, and nothing behind the call counts as published', async () => {
    const { bus, calls } = busThat(takesAll, () => {
      throw new Error('time-out');
    });
    const events = Array.from({ length: 25 }, (_, index) => completed(`${index}`));
    const refusals = await bus.publish(events);
    expect(ids(refusals)).toEqual(Array.from({ length: 15 }, (_, index) => `${index + 10}`));
    expect(calls).toHaveLength(2);
  });

  it('does not get what is not as its contract says', async () => {
    const { bus, calls } = busThat(takesAll);
    const refusals = await bus.publish([completed('1', { total: undefined }), completed('2')]);
    expect(ids(refusals)).toEqual(['1']);
    expect(refusals[0]?.cause).toMatchObject({
      message: 'The event OrderCompleted is not valid: /data/total is required.',
    });
    expect(calls.map(({ length }) => length)).toEqual([1]);
  });
});
