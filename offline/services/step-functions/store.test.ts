import { describe, expect, it } from '@jest/globals';
import { openStore } from '../../store.ts';
import { ExecutionStore } from './store.ts';

const MACHINE = 'arn:aws:states:eu-west-1:000000000000:stateMachine:m';

function storeWith(kept: { executions: number; histories: number }) {
  const store = new ExecutionStore(openStore(undefined), kept);
  const machine = {
    arn: MACHINE,
    name: 'm',
    definition: '{}',
    roleArn: 'r',
    status: 'ACTIVE',
    createdAt: 1,
  } as const;
  store.putMachine(machine);
  const start = (name: string) =>
    store.startExecution(
      { arn: name, machineArn: MACHINE, name, definition: '{}', roleArn: 'r', input: '1', startedAt: 1 },
      {
        path: '',
        position: { token: `token of ${name}` },
        events: [{ id: 1, at: 1, type: 'ExecutionStarted', previous: 0, details: '{}' }],
        at: 1,
      },
    );
  const end = (name: string) => {
    const row = start(name);
    store.endExecution(row, { status: 'SUCCEEDED', output: '1' }, 2, []);
    return row;
  };
  return { store, start, end };
}

describe('finished executions', () => {
  it('are kept as far as they are the newest, and their histories for fewer', () => {
    const { store, start, end } = storeWith({ executions: 3, histories: 2 });
    const running = start('running');
    const rows = ['a', 'b', 'c', 'd'].map(end);
    const all = { before: Number.MAX_SAFE_INTEGER, limit: 10 };
    expect(store.executions(all).map(({ name }) => name)).toEqual(['d', 'c', 'b', 'running']);
    expect([running, ...rows].map(({ id }) => store.lastEvent(id))).toEqual([1, 0, 0, 1, 1]);
  });

  it('leave no token and no line behind', () => {
    const { store, start, end } = storeWith({ executions: 3, histories: 2 });
    const ended = end('a');
    const running = start('b');
    expect([store.token('token of a'), store.positions(ended.id).size]).toEqual([undefined, 0]);
    expect(store.token('token of b')).toMatchObject({ outcome: null });
    expect([...store.positions(running.id).keys()]).toEqual(['']);
  });
});

describe('a token', () => {
  it('takes one outcome, and no heartbeat after it', () => {
    const { store, start } = storeWith({ executions: 3, histories: 2 });
    start('a');
    expect(store.beatToken('token of a', 7)).toBe(true);
    expect(store.settleToken('token of a', '{"output":"1"}')).toBe(true);
    expect(store.settleToken('token of a', '{"output":"2"}')).toBe(false);
    expect(store.beatToken('token of a', 8)).toBe(false);
    expect(store.token('token of a')).toMatchObject({ outcome: '{"output":"1"}', heartbeatAt: 7 });
  });
});

describe('a line that rejoins', () => {
  it('takes the lines within it along, and no other', () => {
    const { store, start } = storeWith({ executions: 3, histories: 2 });
    const { id } = start('a');
    const line = (path: string, isRejoined = false) =>
      store.commit(id, { path, position: {}, events: [], isRejoined, at: 1 });
    for (const path of ['/1', '/1/0', '/1/0/7', '/2', '/10']) line(path);
    line('/1', true);
    expect([...store.positions(id).keys()]).toEqual(['', '/1', '/10', '/2']);
  });
});
