import { expect, it } from '@jest/globals';
import { tuningOf } from './tuning.ts';
import type { ActionUsage, FunctionUsage, Usage } from './usage.ts';

const prices = {
  read: '2026-11-23',
  prices: { 'lambda.arm64': { unit: 'GB-second', usd: { here: '0.00001' }, source: 'https://example.com' } },
};

function tuned(taken: FunctionUsage, peakMb: number, isApi: boolean) {
  const usage = {
    memoryMb: { answer: peakMb },
    actions: { itemRead: { functions: { answer: taken } } as unknown as ActionUsage },
  } as unknown as Usage;
  const functions = { answer: { memoryMb: 512, timeoutS: 10, isApi } };
  return tuningOf(usage, functions, prices, 'here')[0];
}

const quick = { runs: 1, cpuMs: 2, cpuP95Ms: 8, rounds: { dynamodb: 1, others: 0 } };

it('takes the smallest memory when a function mostly waits', () => {
  // 2 × 1769/128 + 5 = 32.6; 33 ms of 1/8 GB a million times are 4,125 GB-seconds.
  expect(tuned(quick, 60, false)?.cheapest).toEqual({
    memoryMb: 128,
    billedMs: 33,
    p95Ms: 116,
    amount: 0.04,
  });
});

it('takes no memory that is less than one and a half times what was used', () => {
  expect(tuned(quick, 90, false)?.cheapest?.memoryMb).toBe(192);
});

it('takes no memory with which 95 of 100 requests are not answered in time', () => {
  // 8 × 1769/128 + 5 = 116 ms, 8 × 1769/192 + 5 = 79 ms
  expect(tuned(quick, 60, true)?.cheapest?.memoryMb).toBe(192);
});

it('says that none is safe when all are too slow', () => {
  const slow = { ...quick, cpuP95Ms: 96 };
  expect(tuned(slow, 60, true)).toMatchObject({
    declared: { memoryMb: 512, p95Ms: 337 },
    cheapest: undefined,
  });
});
