import { beforeEach, describe, expect, it } from '@jest/globals';
import { metrics } from '../../../../shared/logger.ts';
import { collectedLogLines } from '../../../../shared/testing/log-lines.ts';
import type { ShopEvent } from '../domain/shop-event.ts';
import { tellOfEvent } from './published-event.ts';

const lines = collectedLogLines();
beforeEach(() => metrics.clearMetrics());

const event = (changes: Partial<ShopEvent>): ShopEvent => ({
  type: 'OrderPlaced',
  eventId: 'event-1',
  occurredAt: '2026-11-22T10:00:00.000Z',
  correlationId: 'checkout-7',
  data: { id: 'order-1', customerId: 'alice' },
  ...changes,
});
/** What CloudWatch makes of the lines: each metric with its dimensions and unit. */
const counted = () => {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  return lines.flatMap((line) => {
    const emf = line._aws as
      | {
          CloudWatchMetrics: [
            { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] },
          ];
        }
      | undefined;
    return (emf?.CloudWatchMetrics ?? []).flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.map(({ Name, Unit }) => [
        `${Namespace} ${Name} ${Unit}`,
        line[Name],
        Dimensions.map((names) => names.map((name) => `${name}=${line[name]}`)),
      ]),
    );
  });
};

describe('an event that is published', () => {
  it('is in the log with the request that led to it, and with nobody’s name', () => {
    tellOfEvent(event({}));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      message: 'An event is published.',
      type: 'OrderPlaced',
      eventId: 'event-1',
      correlationId: 'checkout-7',
      orderId: 'order-1',
    });
    expect(JSON.stringify(lines)).not.toContain('alice');
  });

  it('is not in the log when no request led to it', () => {
    tellOfEvent(event({ type: 'ItemCreated', correlationId: 'event-1' }));
    expect(lines).toEqual([]);
  });

  it('counts the orders that are placed', () => {
    tellOfEvent(event({}));
    tellOfEvent(event({ eventId: 'event-2' }));
    expect(counted()).toEqual([['shop OrdersPlaced Count', [1, 1], [['service=shop']]]]);
  });

  it('counts what is sold, in minor units by currency', () => {
    const total = { amount: 3_897, currency: 'EUR' };
    tellOfEvent(event({ type: 'OrderCompleted', data: { id: 'order-1', total } }));
    expect(counted()).toEqual([
      ['shop RevenueCaptured None', 3_897, [['service=shop', 'currency=EUR']]],
      ['shop OrdersCompleted Count', 1, [['service=shop']]],
    ]);
  });

  it('counts the orders that fail, by reason', () => {
    tellOfEvent(event({ type: 'OrderFailed', data: { id: 'order-1', reason: 'OUT_OF_STOCK' } }));
    expect(counted()).toEqual([['shop OrdersFailed Count', 1, [['service=shop', 'reason=OUT_OF_STOCK']]]]);
  });

  it('counts nothing of items', () => {
    tellOfEvent(event({ type: 'ItemUpdated' }));
    expect(metrics.hasStoredMetrics()).toBe(false);
    expect(lines.filter((line) => '_aws' in line)).toEqual([]);
  });
});
