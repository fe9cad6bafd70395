import { describe, expect, it } from '@jest/globals';
import type { HistoryEvent } from '../frame.ts';
import { runOf, type StateRun, standing } from './run.ts';

/** The time of the event is its number in seconds. */
const event = (id: number, previous: number, type: string, others: Partial<HistoryEvent> = {}) => ({
  ...{ id, previous, type, at: `2026-01-01T00:00:${String(id).padStart(2, '0')}.000Z` },
  ...others,
});
const SECOND = 1_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');

const shown = (states: readonly StateRun[]) =>
  states.map(({ name, status, attempts }) => `${name} ${status} ${attempts}`);

const entered = [
  event(1, 0, 'ExecutionStarted'),
  event(2, 1, 'TaskStateEntered', { name: 'Pay' }),
  event(3, 2, 'LambdaFunctionScheduled'),
  event(4, 3, 'LambdaFunctionStarted'),
];
const declined = { error: 'PaymentDeclined' };

describe('a state', () => {
  it('runs from its entry until it is left', () => {
    const { states } = runOf(entered);
    expect(states).toEqual([
      {
        ...{ name: 'Pay', status: 'running', attempts: 1, error: undefined },
        ...{ enteredAt: START + 2 * SECOND, leftAt: undefined },
      },
    ]);
  });

  it('has succeeded when it is left after its work', () => {
    const history = [
      ...entered,
      event(5, 4, 'LambdaFunctionSucceeded'),
      event(6, 5, 'TaskStateExited', { name: 'Pay' }),
      event(7, 6, 'SucceedStateEntered', { name: 'Done' }),
      event(8, 7, 'SucceedStateExited', { name: 'Done' }),
      event(9, 8, 'ExecutionSucceeded'),
    ];
    const { states, taken } = runOf(history);
    expect(shown(states)).toEqual(['Pay succeeded 1', 'Done succeeded 0']);
    expect(states[0]?.leftAt).toBe(START + 6 * SECOND);
    expect([...taken]).toEqual(['Pay → Done']);
  });

  it('is to be tried again when its work has failed and the execution goes on', () => {
    const run = runOf([...entered, event(5, 4, 'LambdaFunctionFailed', declined)]);
    expect(shown(standing(run, true).states)).toEqual(['Pay retrying 1']);
    expect(shown(standing(run, false).states)).toEqual(['Pay failed 1']);
  });

  it('counts its attempts, and keeps the last error when one of them goes well', () => {
    const history = [
      ...entered,
      event(5, 4, 'LambdaFunctionTimedOut', { error: 'States.Timeout' }),
      event(6, 5, 'LambdaFunctionScheduled'),
      event(7, 6, 'LambdaFunctionSucceeded'),
      event(8, 7, 'TaskStateExited', { name: 'Pay' }),
    ];
    const { states } = runOf(history);
    expect(shown(states)).toEqual(['Pay succeeded 2']);
    expect(states[0]?.error).toBe('States.Timeout');
  });

  it('was caught when it is left after an error, which leads to the undoing', () => {
    const history = [
      ...entered,
      event(5, 4, 'LambdaFunctionFailed', declined),
      event(6, 5, 'TaskStateExited', { name: 'Pay' }),
      event(7, 6, 'TaskStateEntered', { name: 'Refund' }),
    ];
    const { states, taken } = runOf(history);
    expect(shown(states)).toEqual(['Pay caught 1', 'Refund running 0']);
    expect(states[0]).toMatchObject(declined);
    expect([...taken]).toEqual(['Pay → Refund']);
  });

  it('has failed when the execution fails in it, with its error', () => {
    const history = [
      event(1, 0, 'ExecutionStarted'),
      event(2, 1, 'FailStateEntered', { name: 'OrderFailed' }),
      event(3, 2, 'ExecutionFailed', { error: 'OrderProcessingFailed' }),
    ];
    const [state] = runOf(history).states;
    expect(state).toMatchObject({ status: 'failed', error: 'OrderProcessingFailed' });
  });

  it('is cancelled when the execution is stopped', () => {
    expect(shown(runOf([...entered, event(5, 0, 'ExecutionAborted')]).states)).toEqual(['Pay cancelled 1']);
  });
});

describe('branches', () => {
  const both = [
    event(1, 0, 'ParallelStateEntered', { name: 'Both' }),
    event(2, 1, 'ParallelStateStarted'),
    event(3, 2, 'TaskStateEntered', { name: 'Send' }),
    event(4, 3, 'LambdaFunctionScheduled'),
    event(5, 2, 'TaskStateEntered', { name: 'Sell' }),
    event(6, 5, 'LambdaFunctionScheduled'),
  ];

  it('run beside each other within their state', () => {
    expect(shown(runOf(both).states)).toEqual(['Both running 1', 'Send running 1', 'Sell running 1']);
  });

  it('end with the first that fails, whose error is that of the whole', () => {
    const history = [
      ...both,
      event(7, 4, 'LambdaFunctionFailed', { error: 'Lost' }),
      event(8, 7, 'ParallelStateFailed'),
      event(9, 8, 'ParallelStateExited', { name: 'Both' }),
      event(10, 9, 'TaskStateEntered', { name: 'Refund' }),
    ];
    const { states, taken } = runOf(history);
    expect(shown(states)).toEqual(['Both caught 1', 'Send failed 1', 'Sell cancelled 1', 'Refund running 0']);
    expect(states[0]?.error).toBe('Lost');
    expect([...taken]).toEqual(['Both → Refund']);
  });
});
