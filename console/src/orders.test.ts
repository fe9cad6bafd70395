import { describe, expect, it } from '@jest/globals';
import type { Execution } from './frame.ts';
import { type Order, orderOf, standingOf, toRead } from './orders.ts';

const execution = (changes: Partial<Execution> = {}): Execution => ({
  ...{ number: 1, executionArn: 'arn:1', stateMachineArn: 'arn', name: 'o1', status: 'RUNNING' },
  ...{ startDate: '2026-01-01T00:00:00.000Z', stopDate: null, states: ['ProcessPayment'], events: 4 },
  ...{ input: '{"orderId":"o1","customerId":"bob"}' },
  ...changes,
});
const order = (status: Order['status']): Order => ({
  ...{ id: 'o1', status, placedAt: '2026-01-01T00:00:00.000Z', lines: [], timeline: [], updatedAt: '' },
});

describe('the order of an execution', () => {
  it('stands in its input', () => {
    expect(orderOf(execution())).toEqual({ orderId: 'o1', customerId: 'bob' });
  });

  it.each([null, '{}', '[]', '"o1"', '{"orderId":1,"customerId":"bob"}'])('is none in %s', (input) => {
    expect(orderOf(execution({ input }))).toBeUndefined();
  });
});

describe('the standing of an order', () => {
  it('is where its execution is until that ends', () => {
    expect(standingOf(execution(), order('RESERVED'), undefined)).toEqual({
      word: 'ProcessPayment',
      tone: 'busy',
    });
  });

  it.each([
    ['SUCCEEDED', 'Complete', 'good'],
    ['FAILED', 'Failed', 'bad'],
    ['TIMED_OUT', 'Stopped', 'bad'],
  ] as const)('is told by an execution that is %s when nothing else is known', (status, word, tone) => {
    expect(standingOf(execution({ status, states: [] }), undefined, undefined)).toEqual({ word, tone });
  });

  it('is the status that was pushed, whatever was read before', () => {
    expect(standingOf(execution(), order('PENDING'), 'RESERVED')).toEqual({ word: 'Reserved', tone: 'busy' });
    expect(standingOf(execution(), order('PENDING'), 'FAILED')).toEqual({ word: 'Failed', tone: 'bad' });
  });

  it('is that of the order once it is final', () => {
    const failed = execution({ status: 'FAILED' });
    expect(standingOf(failed, order('CANCELLED'), undefined)).toEqual({ word: 'Cancelled', tone: 'quiet' });
  });
});

describe('an order is read', () => {
  const known = (executionStatus: Execution['status']) =>
    new Map([['arn:1', { order: order('PENDING'), executionStatus }]]);

  it('when it is not known, and again when its execution has ended since', () => {
    const running = execution();
    const ended = execution({ status: 'SUCCEEDED' });
    expect(toRead([running], new Map())).toEqual([running]);
    expect(toRead([running], known('RUNNING'))).toEqual([]);
    expect(toRead([ended], known('RUNNING'))).toEqual([ended]);
    expect(toRead([ended], known('SUCCEEDED'))).toEqual([]);
  });
});
