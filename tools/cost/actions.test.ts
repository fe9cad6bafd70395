import { describe, expect, it } from '@jest/globals';
import { actionItems } from './actions.ts';
import { linesOf, totalOf } from './amounts.ts';
import { billedMs, gbSeconds } from './durations.ts';
import type { ActionUsage } from './usage.ts';

const taken = { cpuMs: 10, rounds: { dynamodb: 2, others: 1 } };

describe('a run', () => {
  it.each([
    // 10 ms of a whole processor, two calls of 5 ms and one of 20 ms.
    [1_769, 40],
    // A second processor is of no use.
    [3_538, 40],
    // 10 × 1769/512 = 34.55, and 30.
    [512, 65],
    [128, 169],
  ])('takes its calls and its share of a processor at %i MB', (memoryMb, ms) => {
    expect(billedMs(taken, memoryMb)).toBe(ms);
  });

  it('is billed by its time and its memory', () => {
    expect(gbSeconds(1_000_000, 65, 512)).toBe(32_500);
  });
});

describe('amounts', () => {
  const prices = {
    read: '2026-11-23',
    prices: { a: { unit: 'request', usd: { here: '0.0000004' }, source: 'https://example.com' } },
  };

  it('are what is printed of the quantity times the price, to the cent', () => {
    const items = [
      { what: 'many', price: 'a', quantity: 123_456_788.8 },
      { what: 'none', price: 'a', quantity: 0.0001 },
    ];
    // 123,456,789 × 0.0000004 = 49.3827156
    expect(linesOf(items, prices, 'here')).toEqual([
      { what: 'many', quantity: 123_456_789, unit: 'request', usd: '0.0000004', amount: 49.38 },
    ]);
  });

  it('are refused where there is no price', () => {
    const items = [{ what: 'one', price: 'a', quantity: 1 }];
    expect(() => linesOf(items, prices, 'mars')).toThrow('There is no price of a in mars.');
  });

  it('are summed as they are printed', () => {
    expect(totalOf([{ amount: 0.1 }, { amount: 0.2 }])).toBe(0.3);
  });
});

describe('an action', () => {
  const usage: ActionUsage = {
    actions: 10,
    apiRequests: 1,
    functions: {
      place: { runs: 1, cpuP95Ms: 12, ...taken },
      publish: { runs: 0.5, cpuMs: 5, cpuP95Ms: 6, rounds: { dynamodb: 0, others: 1 } },
    },
    readUnits: 0.5,
    writeUnits: 3,
    indexUnits: { byCustomer: 1 },
    transitions: 9,
    workflowMs: 400,
    sqsRequests: 0,
    snsPublishes: 1,
    events: 2,
    s3Puts: 1,
    s3Gets: 0,
    logBytes: 1_000,
    responseBytes: 300,
    traces: 2,
  };
  const functions = {
    place: { memoryMb: 512, timeoutS: 10, isApi: true },
    publish: { memoryMb: 1_769, timeoutS: 30, isApi: false },
  };

  it('is billed for all that was measured, so many times', () => {
    const items = actionItems(usage, functions, 1_000);
    expect(Object.fromEntries(items.map(({ price, quantity }) => [price, quantity]))).toEqual({
      'httpApi.request': 1_000,
      'lambda.request': 1_500,
      // 1,000 × 0.065 s × 0.5 GB, and 500 × 0.025 s × 1769/1024 GB
      'lambda.arm64': expect.closeTo(32.5 + 21.594, 3),
      'states.transition': 9_000,
      'dynamodb.write': 3_000,
      'dynamodb.read': 500,
      'sqs.request': 0,
      'sns.publish': 1_000,
      'eventbridge.event': 2_000,
      's3.put': 1_000,
      's3.get': 0,
      // 1,000 bytes printed, 1.5 runs of 450 and a request of 280
      'logs.ingest': expect.closeTo(0.001955, 9),
      'logs.storage': expect.closeTo(0.001955, 9),
      'xray.trace': 2_000,
      'transfer.out': expect.closeTo(0.0003, 9),
    });
  });

  it('is refused when a function was measured that is not declared any more', () => {
    expect(() => actionItems(usage, { place: functions.place }, 1)).toThrow(
      'publish was measured and is not declared; measure again.',
    );
  });
});
