import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, it } from '@jest/globals';
import { isOver, momentsOf, pathOf, waitsOf } from './journey.ts';

/** At so many milliseconds, after the event with this number. */
const event = (id: number, previousEventId: number, at: number, details: Partial<HistoryEvent>) =>
  ({
    ...{ id, previousEventId, timestamp: new Date(1_000_000 + at), type: 'LambdaFunctionStarted' },
    ...details,
  }) as HistoryEvent;
const entered = (name: string, type = 'TaskStateEntered') =>
  ({ type, stateEnteredEventDetails: { name } }) as Partial<HistoryEvent>;
const left = (name: string, type = 'TaskStateExited') =>
  ({ type, stateExitedEventDetails: { name } }) as Partial<HistoryEvent>;
const scheduled = { type: 'LambdaFunctionScheduled' } as const;
const failed = {
  type: 'LambdaFunctionFailed',
  lambdaFunctionFailedEventDetails: { error: 'PaymentServiceException' },
} as const;

describe('the moments of an execution', () => {
  it('tell what failed, after which wait it was tried again, and how long a state took in all', () => {
    const moments = momentsOf([
      event(1, 0, 0, { type: 'ExecutionStarted' }),
      event(2, 0, 5, entered('Pay')),
      event(3, 2, 6, scheduled),
      event(4, 3, 30, failed),
      event(5, 4, 2_031, scheduled),
      event(6, 5, 2_050, { type: 'LambdaFunctionTimedOut' }),
      event(7, 6, 6_050, scheduled),
      event(8, 7, 6_070, { type: 'LambdaFunctionSucceeded' }),
      event(9, 8, 6_071, left('Pay')),
    ]);
    expect(moments).toEqual([
      { at: 5, state: 'Pay', kind: 'entered' },
      { at: 30, state: 'Pay', kind: 'failed', error: 'PaymentServiceException' },
      { at: 2_031, state: 'Pay', kind: 'retried', waited: 2_001 },
      { at: 2_050, state: 'Pay', kind: 'failed', error: 'States.Timeout' },
      { at: 6_050, state: 'Pay', kind: 'retried', waited: 4_000 },
      { at: 6_071, state: 'Pay', kind: 'left', milliseconds: 6_066 },
    ]);
    expect(waitsOf(moments, 'Pay')).toEqual([2_001, 4_000]);
    expect(waitsOf(moments, 'Ship')).toEqual([]);
  });

  it('belong to the branch that they happen in, and end with the Fail state', () => {
    const moments = momentsOf([
      event(1, 0, 0, { type: 'ExecutionStarted' }),
      event(2, 0, 1, entered('Both', 'ParallelStateEntered')),
      event(3, 2, 1, { type: 'ParallelStateStarted' }),
      event(4, 3, 2, entered('Sell')),
      event(5, 4, 2, scheduled),
      event(6, 3, 2, entered('Confirm')),
      event(7, 6, 3, scheduled),
      event(8, 7, 9, { type: 'LambdaFunctionSucceeded' }),
      event(9, 5, 10, failed),
      event(10, 8, 21, left('Confirm')),
      event(11, 9, 22, { type: 'ParallelStateFailed' }),
      event(12, 11, 23, left('Both', 'ParallelStateExited')),
      event(13, 12, 24, entered('Failed', 'FailStateEntered')),
    ]);
    expect(pathOf(moments)).toEqual(['Both', 'Sell', 'Confirm', 'Failed']);
    expect(moments.filter(({ kind }) => kind !== 'entered')).toEqual([
      { at: 10, state: 'Sell', kind: 'failed', error: 'PaymentServiceException' },
      { at: 21, state: 'Confirm', kind: 'left', milliseconds: 19 },
      { at: 23, state: 'Both', kind: 'left', milliseconds: 22 },
      { at: 24, state: 'Failed', kind: 'left', milliseconds: 0 },
    ]);
  });

  it('are none before the execution has begun', () => {
    expect(momentsOf([])).toEqual([]);
  });
});

describe('an execution', () => {
  it.each([
    ['ExecutionSucceeded', true],
    ['ExecutionFailed', true],
    ['ExecutionAborted', true],
    ['ExecutionTimedOut', true],
    ['ExecutionStarted', false],
    ['TaskStateExited', false],
  ] as const)('whose last event is %s is over: %s', (type, expected) => {
    expect(isOver([event(1, 0, 0, { type })])).toBe(expected);
  });

  it('without events is not over', () => {
    expect(isOver([])).toBe(false);
  });
});
