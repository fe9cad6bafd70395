import type { Change, Row } from './database.ts';
import type { Purchase } from './shoppers.ts';
import type { Item } from './world.ts';

/** A rule that does not hold; `order` is the number of the order that broke it. */
export interface Verdict {
  readonly rule: 'I1' | 'I2' | 'I3' | 'I4';
  readonly order: number | undefined;
  readonly text: string;
}

/** What one world leaves behind. */
export interface Evidence {
  readonly items: readonly Item[];
  readonly purchases: readonly Purchase[];
  /** Messages of the topic by the id of their order. */
  readonly published: ReadonlyMap<string, number>;
  /** Ids of orders that had two executions at a time. */
  readonly crowded: ReadonlySet<string>;
  /** Nothing was out of order. */
  readonly isCalm: boolean;
  readonly orderOf: (orderId: string) => number | undefined;
  readonly orders: readonly Row[];
  readonly stock: readonly Row[];
  readonly restocks: readonly Row[];
  readonly orderChanges: readonly Change[];
  readonly itemChanges: readonly Change[];
}

interface Line {
  readonly itemId: string;
  readonly quantity: number;
}

interface Entry {
  readonly at: string;
  readonly event: string;
}

/** The rows of one order, by what they record. */
interface Records {
  readonly id: string;
  readonly order: Row;
  readonly reservation: Row | undefined;
  readonly charge: Row | undefined;
  readonly confirmation: Row | undefined;
  /** What the provider has. */
  readonly charges: readonly Row[];
}

const FINAL = ['COMPLETE', 'FAILED', 'CANCELLED'];
const isFinal = (row: Row | undefined) => FINAL.includes(String(row?.status));

/** Holds the rows of the tables and their streams against the rules, with no code of the service. */
export function examine(evidence: Evidence): Verdict[] {
  const all = recordsOf(evidence.orders);
  return [
    ...stockIsConserved(evidence, all),
    ...all.flatMap((records) => [
      ...moneyIsRight(records),
      ...isSettled(records),
      ...failedForACause(records, evidence),
      ...isConfirmedOnce(records, evidence.published),
    ]),
    ...placedOnce(evidence),
    ...storiesAreSound(evidence.orderChanges),
  ].map(({ id, ...verdict }) => ({
    ...verdict,
    order: id === undefined ? undefined : evidence.orderOf(id),
    text: id === undefined ? verdict.text : `order ${id} ${verdict.text}`,
  }));
}

interface Finding extends Pick<Verdict, 'rule' | 'text'> {
  /** Of the order, where one is to blame. */
  readonly id?: string;
}

function recordsOf(rows: readonly Row[]): Records[] {
  const byKey = new Map(rows.map((row) => [`${row.orderId} ${row.record}`, row]));
  const ids = rows.filter(({ record }) => record === 'order').map(({ orderId }) => String(orderId));
  return ids.map((id) => ({
    id,
    order: byKey.get(`${id} order`) ?? {},
    reservation: byKey.get(`${id} reservation`),
    charge: byKey.get(`${id} charge`),
    confirmation: byKey.get(`${id} confirmation`),
    charges: rows.filter(
      ({ orderId, record }) => orderId === `sandbox#${id}` && String(record).startsWith('charge#'),
    ),
  }));
}

/** I1: stock is never negative, and none is lost or made. What a deleted item had is gone with it. */
function stockIsConserved(
  { items, stock, restocks, itemChanges }: Evidence,
  all: readonly Records[],
): Finding[] {
  const found: Finding[] = [];
  for (const { after } of itemChanges) {
    if (Number(after?.stock) < 0)
      found.push({ rule: 'I1', text: `stock of ${after?.id} was ${after?.stock}` });
  }
  const held = (itemId: string, state: string) =>
    all
      .filter(({ reservation }) => reservation?.state === state)
      .flatMap(({ reservation }) => reservation?.lines as Line[])
      .filter((line) => line.itemId === itemId)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  for (const { id, stock: initial } of items) {
    const row = stock.find((each) => each.id === id);
    const restocked = restocks
      .filter(({ itemId }) => itemId === id)
      .reduce((sum, { quantity }) => sum + Number(quantity), 0);
    const [reserved, sold] = [held(id, 'RESERVED'), held(id, 'COMMITTED')];
    const accounted = Number(row?.stock ?? 0) + reserved + sold;
    const isRight = row ? accounted === initial + restocked : accounted <= initial + restocked;
    if (!isRight) {
      const text = `${id}: ${row?.stock ?? 'deleted'} in stock + ${reserved} reserved + ${sold} sold, but ${initial} + ${restocked} came in`;
      found.push({ rule: 'I1', text });
    }
  }
  return found;
}

/** I2: charged at most once, and for good only when the order is complete; our ledger says what the provider says. */
function moneyIsRight({ id, order, charge, charges }: Records): Finding[] {
  const found: Finding[] = [];
  const wrong = (text: string) => found.push({ rule: 'I2', id, text });
  const captures = charges.filter(({ state }) => state === 'CAPTURED' || state === 'REFUNDED');
  const kept = charges.filter(({ state }) => state === 'CAPTURED');
  if (captures.length > 1) wrong(`was captured ${captures.length} times`);
  const amounts = kept.map(({ amount }) => JSON.stringify(sorted(amount as Row)));
  const due = order.status === 'COMPLETE' ? [JSON.stringify(sorted(order.total as Row))] : [];
  if (isFinal(order) && `${amounts}` !== `${due}`) {
    wrong(`is ${order.status}, and ${amounts} stays charged`);
  }
  if (order.status === 'CANCELLED' && charges.length > 0) wrong('was cancelled and charged');
  const provider = charges.map(({ state }) => String(state));
  const ledger = charge ? [String(charge.state)] : [];
  if (isFinal(order) && `${provider}` !== `${ledger}`) {
    wrong(`has [${ledger}] in the ledger and [${provider}] at the provider`);
  }
  if (order.status === 'COMPLETE' && charge?.state !== 'CAPTURED') wrong('is complete and not captured');
  return found;
}

const sorted = (row: Row) => Object.fromEntries(Object.entries(row).sort());

/** I3: every order comes to an end that its records agree with. */
function isSettled({ id, order, reservation }: Records): Finding[] {
  const found: Finding[] = [];
  const wrong = (text: string) => found.push({ rule: 'I3', id, text });
  if (!isFinal(order)) wrong(`never ended: it is ${order.status}`);
  if (isFinal(order) && reservation?.state === 'RESERVED') wrong(`is ${order.status} and still holds stock`);
  if (order.status === 'COMPLETE' && reservation?.state !== 'COMMITTED') {
    wrong(`is complete, and its reservation is ${reservation?.state}`);
  }
  if (order.status !== 'COMPLETE' && isFinal(order) && reservation?.state === 'COMMITTED') {
    wrong(`is ${order.status}, and its stock is sold`);
  }
  return found;
}

/** What an order fails for when something is out of order, and never otherwise. */
const FAULTS = ['PAYMENT_UNAVAILABLE', 'CONFIRMATION_FAILED', 'TIMED_OUT', 'INTERNAL_ERROR'];

/** I3: an order that can be fulfilled is, and no two executions work on one. */
function failedForACause({ id, order }: Records, { isCalm, crowded }: Evidence): Finding[] {
  const found: Finding[] = [];
  const isFault = FAULTS.includes(String(order.reason));
  if (isCalm && isFault) found.push({ rule: 'I3', id, text: `failed for nothing: ${order.reason}` });
  if (crowded.has(id)) found.push({ rule: 'I3', id, text: 'had two executions at a time' });
  return found;
}

/** I4: who has a complete order has heard of it once, and nobody twice. */
function isConfirmedOnce(
  { id, order, confirmation }: Records,
  published: ReadonlyMap<string, number>,
): Finding[] {
  const times = published.get(id) ?? 0;
  const isRight = order.status === 'COMPLETE' ? times === 1 && confirmation?.state === 'SENT' : times <= 1;
  const text = `is ${order.status}, and was confirmed ${times} times (${confirmation?.state})`;
  return isRight ? [] : [{ rule: 'I4', id, text }];
}

/** I3: one request makes one order, and what a customer was told is so. */
function placedOnce({ purchases, orders, orderOf }: Evidence): Finding[] {
  const found: Finding[] = [];
  const rows = orders.filter(({ record }) => record === 'order');
  for (const { number, ids, wasCancelled } of purchases) {
    const placed = rows.map(({ orderId }) => String(orderId)).filter((id) => orderOf(id) === number);
    const [id = ''] = placed;
    if (placed.length > 1) found.push({ rule: 'I3', id, text: `and ${placed.slice(1)} are of one request` });
    for (const told of ids) {
      if (!placed.includes(told)) found.push({ rule: 'I3', id: told, text: 'was accepted and is not there' });
    }
    const status = rows.find(({ orderId }) => orderId === id)?.status;
    if (wasCancelled && status !== 'CANCELLED') {
      found.push({ rule: 'I3', id, text: `is ${status}, though its customer was told that it is cancelled` });
    }
  }
  return found;
}

const told = (entry: Entry | undefined) => `${entry?.at} ${entry?.event}`;

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['VALIDATED', 'FAILED', 'CANCELLED'],
  VALIDATED: ['RESERVED', 'FAILED', 'CANCELLED'],
  RESERVED: ['PAID', 'FAILED', 'CANCELLED'],
  PAID: ['COMPLETE', 'FAILED'],
};
/** One entry for each execution, or for each that asks. */
const MAY_REPEAT = ['RESTARTED', 'APPROVAL_REQUESTED'];

const FORWARD = ['VALIDATED', 'RESERVED', 'PAYMENT_STARTED', 'PAID', 'STOCK_COMMITTED', 'COMPLETE'];

/** I4: orders move along the allowed ways, end once, and their timelines tell it. */
function storiesAreSound(changes: readonly Change[]): Finding[] {
  const found: Finding[] = [];
  const ends = new Map<string, number>();
  const stories = new Map<string, readonly Entry[]>();
  for (const { before, after } of changes) {
    const row = after ?? before;
    if (row?.record !== 'order') continue;
    const id = String(row.orderId);
    const wrong = (text: string) => found.push({ rule: 'I4', id, text });
    if (!after) wrong('was deleted');
    const [from, to] = [before?.status, after?.status];
    if (before && from !== to && !ALLOWED[String(from)]?.includes(String(to))) {
      wrong(`went from ${from} to ${to}`);
    }
    if (!isFinal(before) && isFinal(after)) ends.set(id, (ends.get(id) ?? 0) + 1);
    const timeline = (after?.timeline ?? []) as readonly Entry[];
    const known = stories.get(id) ?? [];
    if (known.some((entry, index) => told(entry) !== told(timeline[index]))) {
      wrong('had its timeline rewritten');
    }
    stories.set(id, timeline);
  }
  for (const [id, timeline] of stories) {
    const wrong = (text: string) => found.push({ rule: 'I4', id, text });
    if (ends.get(id) !== 1) wrong(`ended ${ends.get(id) ?? 0} times`);
    const events = timeline.map(({ event }) => event);
    const twice = events.find(
      (event, index) => events.indexOf(event) !== index && !MAY_REPEAT.includes(event),
    );
    if (twice) wrong(`has ${twice} twice in its timeline`);
    const undone = events.indexOf('COMPENSATING');
    const forward = undone >= 0 && events.slice(undone).find((event) => FORWARD.includes(event));
    if (forward) wrong(`went on to ${forward} when it was being undone`);
    // Steps of tasks that run side by side may be noted in another order than that of their times.
    const statuses = timeline.filter(({ event }) => event in ALLOWED || FINAL.includes(event));
    const isOrdered = statuses.every(({ at }, index) => index === 0 || at >= (statuses[index - 1]?.at ?? ''));
    if (!isOrdered) wrong('has a timeline out of order');
  }
  return found;
}
