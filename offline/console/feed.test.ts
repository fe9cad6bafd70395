import { beforeEach, expect, it } from '@jest/globals';
import { Faults } from '../aws/faults.ts';
import { RecentInvocations } from '../control/recent.ts';
import type { ExecutionSummary } from '../services/step-functions/index.ts';
import { feedOf, type Observed } from './feed.ts';

const execution = (number: number, others: Partial<ExecutionSummary> = {}): ExecutionSummary => ({
  ...{ number, executionArn: `arn:${number}`, stateMachineArn: 'arn', name: `o${number}`, status: 'RUNNING' },
  ...{ startDate: '2026-01-01T00:00:00.000Z', stopDate: null, states: ['A'], events: 2, input: '{}' },
  ...others,
});

let running: ExecutionSummary[];
let ended: ExecutionSummary[];
let events: { number: number }[];
let recent: RecentInvocations;
let faults: Faults;
let asked: number[];
let feed: ReturnType<typeof feedOf>;
beforeEach(() => {
  [running, ended, events, asked] = [[], [], [], []];
  recent = new RecentInvocations();
  faults = new Faults();
  feed = feedOf({
    live: 'ws://127.0.0.1:3001',
    faults,
    recent,
    lambda: { inFlight: [], pending: 0 },
    messaging: { queues: () => [] },
    eventBridge: { recentEvents: () => events },
    stepFunctions: {
      machines: () => [],
      executionsSince(finished: number) {
        asked.push(finished);
        return { executions: [...running, ...ended.splice(0)], finished: finished + 1 };
      },
    },
  } as unknown as Observed);
});

it('begins with all there is, and is silent while nothing changes', () => {
  running = [execution(1)];
  events = [{ number: 1 }];
  expect(feed()).toEqual({
    isWhole: true,
    live: 'ws://127.0.0.1:3001',
    machines: [],
    queues: [],
    executions: [execution(1)],
    events: [{ number: 1 }],
    load: { inFlight: 0, pending: 0 },
    faults: { seed: 1, rules: [] },
  });
  expect(feed()).toBeUndefined();
  expect(asked).toEqual([0, 1]);
});

it('tells of executions that went on, ended or began, and of no others', () => {
  running = [execution(2), execution(1)];
  feed();
  running = [execution(3), execution(2, { events: 5 })];
  ended = [execution(1, { status: 'SUCCEEDED' })];
  expect(feed()).toEqual({
    executions: [execution(3), execution(2, { events: 5 }), execution(1, { status: 'SUCCEEDED' })],
  });
  expect(feed()).toBeUndefined();
});

it('tells of events and invocations once', () => {
  events = [{ number: 1 }];
  feed();
  events = [{ number: 3 }, { number: 2 }, { number: 1 }];
  recent.add({
    ...{ functionKey: 'pay', trigger: 'state machine', status: 'ok' },
    invoked: { payload: '{}', requestId: 'r', durationMs: 12.4, isCold: true, printed: 'a line\n' },
  });
  expect(feed()).toEqual({
    events: [{ number: 3 }, { number: 2 }],
    invocations: [
      expect.objectContaining({ number: 1, function: 'pay', status: 'ok', durationMs: 12, isCold: true }),
    ],
  });
  expect(feed()).toBeUndefined();
});

it('tells of faults when they change', () => {
  feed();
  faults.set({ rules: [{ service: 'sqs', fault: 'error' }] });
  expect(Object.keys(feed() ?? {})).toEqual(['faults']);
});
