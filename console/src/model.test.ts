import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultPlan } from './fault-plan.ts';
import type { Execution } from './frame.ts';
import { type Model, type StreamListener, startModel, type World } from './model.ts';
import type { Order } from './orders.ts';

const order: Order = {
  ...{ id: 'x', status: 'COMPLETE', lines: [], timeline: [] },
  ...{ placedAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' },
};
const execution = (number: number, others: Partial<Execution> = {}): Execution => ({
  ...{ number, executionArn: `arn:${number}`, stateMachineArn: 'arn', name: `order-${number}` },
  ...{ status: 'SUCCEEDED', startDate: '2026-01-01T00:00:00.000Z', stopDate: null, states: [], events: 0 },
  input: JSON.stringify({ orderId: `order-${number}`, customerId: 'bob' }),
  ...others,
});
const running = execution(1, { status: 'RUNNING', states: ['Pay'] });

class FakeSocket {
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  isClosed = false;
  send() {}
  close() {
    this.isClosed = true;
  }
}

/** Reads of orders in the order in which they began; each waits until it is answered. */
let reads: { readonly id: string; readonly answer: (order: Order) => void; readonly refuse: () => void }[];
let sockets: FakeSocket[];
let tokens: number;
let clock: number;
let timers: { readonly milliseconds: number; readonly work: () => void }[];
let stream: StreamListener;
let model: Model;
const settled = () => new Promise((resolve) => setTimeout(resolve));
/** So often as its timers would come in so many seconds. */
const pass = async (seconds: number) => {
  for (let elapsed = 200; elapsed <= seconds * 1_000; elapsed += 200) {
    clock += 200;
    for (const { milliseconds, work } of timers) if (elapsed % milliseconds === 0) work();
    await settled();
  }
};
beforeEach(() => {
  [reads, sockets, tokens, clock, timers] = [[], [], 0, 0, []];
  model = startModel({
    api: {
      async token() {
        tokens += 1;
        return 'a.b.c';
      },
      order: ({ orderId: id }: { orderId: string }) =>
        new Promise<Order>((answer, refuse) => reads.push({ id, answer, refuse })),
      history: async () => undefined,
      setFaults: async ({ seed, rules }: FaultPlan) => ({
        seed,
        rules: rules.map((rule) => ({ ...rule, rate: 1, milliseconds: 100 })),
      }),
    } as unknown as World['api'],
    now: () => clock,
    open(listener) {
      stream = listener;
      return () => undefined;
    },
    connect() {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    every: (milliseconds, work) => timers.push({ milliseconds, work }),
  });
  model.show(true);
});

describe('a running order in view', () => {
  beforeEach(async () => {
    stream.onFrame({ isWhole: true, live: 'ws://127.0.0.1:3001', executions: [running] });
    model.inView.value = [running];
    await settled();
    sockets[0]?.onopen?.();
  });
  const say = (status: string, sequence: number) => {
    const data = JSON.stringify({ orderId: 'order-1', status, sequence });
    sockets.at(-1)?.onmessage?.({ data });
  };

  it('is followed by one connection', async () => {
    await pass(10);
    expect([tokens, sockets.length, sockets[0]?.isClosed]).toEqual([1, 1, false]);
  });

  it('is followed and read no more while nobody looks, and is again after that', async () => {
    model.show(false);
    expect(sockets[0]?.isClosed).toBe(true);
    const before = reads.length;
    await pass(20);
    expect([tokens, sockets.length, reads.length]).toEqual([1, 1, before]);
    model.show(true);
    await pass(2);
    expect([tokens, sockets.length]).toEqual([2, 2]);
  });

  it('is followed no more while the stream is lost', async () => {
    stream.onLost();
    sockets[0]?.onclose?.();
    await pass(20);
    expect([tokens, sockets.length]).toEqual([1, 1]);
  });

  it('is not followed again once its last status was pushed, though its execution still runs', async () => {
    say('COMPLETE', 5);
    expect(sockets[0]?.isClosed).toBe(true);
    await pass(20);
    expect([tokens, sockets.length]).toEqual([1, 1]);
  });

  it('is forgotten when the state has it no more', async () => {
    say('PAID', 4);
    await pass(1);
    for (const { answer } of reads) answer(order);
    await settled();
    expect([[...model.pushed.value.keys()], [...model.known.value.keys()]]).toEqual([['order-1'], ['arn:1']]);
    stream.onFrame({ isWhole: true, executions: [execution(2)] });
    expect([model.pushed.value.size, model.known.value.size]).toEqual([0, 0]);
  });
});

describe('orders in view', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => execution(index + 1));
  beforeEach(() => {
    stream.onFrame({ isWhole: true, executions: twenty });
    model.inView.value = twenty;
  });

  it('are read eight at a time, each once', async () => {
    await pass(2);
    expect(reads.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `order-${number}`));
    for (const { answer } of reads.slice(0, 3)) answer(order);
    await pass(2);
    expect(reads.map(({ id }) => id).slice(8)).toEqual(['order-9', 'order-10', 'order-11']);
  });

  it('are no more than eight also when the chosen one is read beside them', async () => {
    await pass(1);
    model.selected.value = 'order-20';
    await pass(2);
    expect(reads.map(({ id }) => id).slice(8)).toEqual(['order-20']);
  });

  it('are read again some seconds after that failed', async () => {
    model.inView.value = [execution(1)];
    await pass(1);
    reads[0]?.refuse();
    await pass(9);
    expect(reads).toHaveLength(1);
    await pass(2);
    expect(reads).toHaveLength(2);
  });
});

it('announces how the chosen order stands when that changes, and not what is read of others', async () => {
  const others = [execution(2), execution(3)];
  stream.onFrame({ isWhole: true, executions: [running, ...others] });
  model.selected.value = 'order-1';
  expect(model.announced.value).toBe('Order order-1: Pay');
  model.announce('1 message went back.');
  model.inView.value = others;
  await pass(1);
  for (const { answer } of reads.slice(1)) answer(order);
  await settled();
  expect(model.known.value.size).toBe(2);
  expect(model.announced.value).toBe('1 message went back.');
  stream.onFrame({ executions: [{ ...running, states: ['Ship'] }] });
  expect(model.announced.value).toBe('Order order-1: Ship');
});

it('does not know whether it is connected before it was, or could not be', () => {
  expect(model.isConnected.value).toBeUndefined();
  stream.onLost();
  expect(model.isConnected.value).toBe(false);
  stream.onFrame({ isWhole: true });
  expect(model.isConnected.value).toBe(true);
});

it('has the faults in its state as soon as they are in force', async () => {
  await model.setFaults({ seed: 7, rules: [{ service: 'sqs', fault: 'error', count: 2 }] });
  expect(model.state.value.faults).toEqual({
    seed: 7,
    rules: [{ service: 'sqs', fault: 'error', count: 2, rate: 1, milliseconds: 100, struck: 0 }],
  });
});
