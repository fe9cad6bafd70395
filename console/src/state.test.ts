import { describe, expect, it } from '@jest/globals';
import type { Execution, Queue } from './frame.ts';
import { applied, isDeadLetterQueue, NOTHING } from './state.ts';

const execution = (number: number, status: Execution['status'] = 'RUNNING'): Execution => ({
  ...{ number, status, executionArn: `arn:${number}`, name: `order-${number}`, stateMachineArn: 'arn' },
  ...{ startDate: '2026-01-01T00:00:00.000Z', stopDate: null, states: [], events: 0, input: null },
});
const numbers = (entries: readonly { readonly number: number }[]) => entries.map(({ number }) => number);

describe('a frame', () => {
  it('puts new executions before the others, and changed ones in their place', () => {
    const before = applied(NOTHING, { executions: [execution(2), execution(1)] });
    const { executions } = applied(before, { executions: [execution(3), execution(1, 'SUCCEEDED')] });
    expect(executions.map(({ number, status }) => `${number} ${status}`)).toEqual([
      '3 RUNNING',
      '2 RUNNING',
      '1 SUCCEEDED',
    ]);
  });

  it('leaves the same what it does not speak of', () => {
    const before = applied(NOTHING, { load: { inFlight: 3, pending: 1 }, executions: [execution(1)] });
    const after = applied(before, { faults: { seed: 7, rules: [] } });
    expect(after.executions).toBe(before.executions);
    expect(after.load).toEqual({ inFlight: 3, pending: 1 });
    expect(after.faults.seed).toBe(7);
  });

  it('begins anew when it is whole', () => {
    const before = applied(NOTHING, { executions: [execution(9)], load: { inFlight: 3, pending: 1 } });
    const after = applied(before, { isWhole: true, executions: [execution(1)] });
    expect(numbers(after.executions)).toEqual([1]);
    expect(after.load).toEqual({ inFlight: 0, pending: 0 });
  });

  it('lets the oldest executions go beyond a thousand', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => execution(index + 1));
    const { executions } = applied(applied(NOTHING, { executions: many }), {
      executions: [execution(1_001)],
    });
    expect(executions).toHaveLength(1_000);
    expect(executions[0]?.number).toBe(1_001);
    expect(executions.at(-1)?.number).toBe(2);
  });
});

describe('a dead-letter queue', () => {
  const queue = (name: string, deadLetterTargetArn?: string): Queue => ({
    ...{ name, arn: `arn:${name}`, visible: 0, inFlight: 0, delayed: 0, deadLetterTargetArn },
  });

  it('is what another queue sends to, or what is called so', () => {
    const queues = [queue('work', 'arn:lost'), queue('lost'), queue('sweep-dead-letters')];
    expect(queues.map((each) => isDeadLetterQueue(each, queues))).toEqual([false, true, true]);
  });
});
