import { expect, it } from '@jest/globals';
import { describeRule, PRESETS, planWith, planWithout } from './fault-plan.ts';
import type { FaultReport } from './frame.ts';

const report: FaultReport = {
  seed: 7,
  rules: [
    { service: 'dynamodb', fault: 'throttle', rate: 0.2, milliseconds: 100, struck: 4 },
    { service: 'lambda', function: 'pay', fault: 'kill', rate: 1, milliseconds: 5, count: 3, struck: 1 },
    { service: 'sqs', fault: 'error', rate: 1, milliseconds: 100, count: 2, struck: 2 },
  ],
};
const throttle = { service: 'dynamodb', fault: 'throttle', rate: 0.2, milliseconds: 100 };
const rest = { service: 'lambda', function: 'pay', fault: 'kill', rate: 1, milliseconds: 5, count: 2 };

it('adds a rule, and leaves the others what is left of them', () => {
  expect(planWith(report, { service: 's3', fault: 'error' })).toEqual({
    seed: 7,
    rules: [throttle, rest, { service: 's3', fault: 'error' }],
  });
});

it('takes a rule back', () => {
  expect(planWithout(report, 0)).toEqual({ seed: 7, rules: [rest] });
});

it('tells rules in words', () => {
  expect(report.rules.map(describeRule)).toEqual([
    'dynamodb: throttle, 20 %',
    'lambda pay: kill 5 ms, 3 times',
    'sqs: error, 2 times',
  ]);
});

it('has presets with titles of their own', () => {
  expect(new Set(PRESETS.map(({ title }) => title)).size).toBe(PRESETS.length);
});
