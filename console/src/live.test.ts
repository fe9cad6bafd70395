import { beforeEach, expect, it } from '@jest/globals';
import { type Live, liveStatuses, type PushedStatus, type Socket } from './live.ts';

class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  readonly protocols: readonly string[];
  readonly sent: string[] = [];
  isClosed = false;

  constructor(protocols: readonly string[]) {
    this.protocols = protocols;
  }

  send(data: unknown) {
    this.sent.push(String(data));
  }
  close() {
    this.isClosed = true;
  }
  // What the browser calls has the socket as its receiver.
  opened() {
    this.onopen?.call(this as unknown as WebSocket, {} as Event);
  }
  lost() {
    this.onclose?.call(this as unknown as WebSocket, {} as CloseEvent);
  }
  told(message: object) {
    const data = JSON.stringify(message);
    this.onmessage?.call(this as unknown as WebSocket, { data } as MessageEvent);
  }
}

const bobs = (orderId: string) => ({ orderId, customerId: 'bob' });
const SUBSCRIBE_A = '{"action":"subscribe","orderId":"a"}';

let sockets: FakeSocket[];
let statuses: PushedStatus[];
let clock: number;
let live: Live;
/** Until the token is there. */
const settled = () => new Promise((resolve) => setTimeout(resolve));
const socket = (index = 0): FakeSocket => {
  const found = sockets[index];
  if (!found) throw new Error(`There is no socket ${index}.`);
  return found;
};
beforeEach(() => {
  [sockets, statuses, clock] = [[], [], 0];
  live = liveStatuses({
    url: 'ws://127.0.0.1:3001',
    token: async (customer) => `token-of-${customer}`,
    connect(_, protocols) {
      sockets.push(new FakeSocket(protocols));
      return socket(sockets.length - 1) as unknown as WebSocket;
    },
    now: () => clock,
    onStatus: (status) => statuses.push(status),
  });
});

it('subscribes to the orders of a customer by one connection, once it is open', async () => {
  live.follow(bobs('a'));
  live.follow(bobs('b'));
  live.follow({ orderId: 'c', customerId: 'eve' });
  await settled();
  expect(sockets.map(({ protocols }) => protocols)).toEqual([
    ['shop-live', 'token-of-bob'],
    ['shop-live', 'token-of-eve'],
  ]);
  expect(live.follows(bobs('a'))).toBe(false);
  socket().opened();
  live.follow(bobs('a'));
  live.follow(bobs('d'));
  expect(socket().sent).toEqual([
    SUBSCRIBE_A,
    '{"action":"subscribe","orderId":"b"}',
    '{"action":"subscribe","orderId":"d"}',
  ]);
  expect(live.follows(bobs('a'))).toBe(true);
});

it('tells statuses, until one is final', async () => {
  live.follow(bobs('a'));
  await settled();
  socket().opened();
  socket().told({ type: 'order.status', orderId: 'a', status: 'PAID', sequence: 4 });
  expect(live.follows(bobs('a'))).toBe(true);
  socket().told({ type: 'order.status', orderId: 'a', status: 'COMPLETE', sequence: 5 });
  expect(live.follows(bobs('a'))).toBe(false);
  expect(statuses).toEqual([
    { orderId: 'a', status: 'PAID', sequence: 4 },
    { orderId: 'a', status: 'COMPLETE', sequence: 5 },
  ]);
});

it('closes the connection of a customer when there is no order to follow, and opens one for the next', async () => {
  live.follow(bobs('a'));
  live.follow(bobs('b'));
  await settled();
  socket().opened();
  socket().told({ type: 'order.status', orderId: 'a', status: 'COMPLETE', sequence: 5 });
  expect(socket().isClosed).toBe(false);
  socket().told({ type: 'order.status', orderId: 'b', status: 'FAILED', sequence: 3 });
  expect(socket().isClosed).toBe(true);
  live.follow(bobs('c'));
  await settled();
  socket(1).opened();
  expect(socket(1).sent).toEqual(['{"action":"subscribe","orderId":"c"}']);
});

it('hears nothing more from a connection that it has let go', async () => {
  live.follow(bobs('a'));
  await settled();
  socket().opened();
  socket().told({ type: 'order.status', orderId: 'a', status: 'COMPLETE', sequence: 5 });
  live.follow(bobs('b'));
  await settled();
  socket(1).opened();
  socket(0).told({ type: 'order.status', orderId: 'a', status: 'COMPLETE', sequence: 5 });
  expect(statuses).toHaveLength(1);
  expect(live.follows(bobs('b'))).toBe(true);
});

it('does not connect when it was closed before the token came', async () => {
  live.follow(bobs('a'));
  live.close();
  await settled();
  expect(sockets).toEqual([]);
});

it('subscribes to twenty orders at most', async () => {
  for (let index = 0; index < 21; index += 1) live.follow(bobs(`o${index}`));
  await settled();
  socket().opened();
  expect(socket().sent).toHaveLength(20);
  expect(live.follows(bobs('o20'))).toBe(false);
});

it.each([
  ['is lost', () => socket().lost()],
  ['has a problem', () => socket().told({ type: 'problem', problem: { status: 404 } })],
  [
    'is as old as its token nearly',
    () => {
      clock = 240_001;
    },
  ],
])('opens a connection anew when it %s, but not before it is time', async (_, happens) => {
  live.follow(bobs('a'));
  await settled();
  socket().opened();
  happens();
  live.follow(bobs('a'));
  await settled();
  expect(sockets).toHaveLength(1);
  live.renew();
  expect(live.follows(bobs('a'))).toBe(false);
  live.follow(bobs('a'));
  await settled();
  socket(1).opened();
  expect(socket(1).sent).toEqual([SUBSCRIBE_A]);
});

it('closes its connections, also one that opens later', async () => {
  live.follow(bobs('a'));
  await settled();
  live.close();
  socket().isClosed = false;
  socket().opened();
  expect(socket()).toMatchObject({ isClosed: true, sent: [] });
});
