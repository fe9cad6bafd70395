import {
  isFinal,
  type OrderEvent,
  type OrderStatus,
  type Reason,
  type StoredOrder,
  type TimelineEntry,
} from '../domain/order.ts';
import type { Step } from '../domain/orders.ts';

/** Of unfinished orders only: what the index that the sweep reads is made of. */
const SHARDS = 8;

export const orderKey = (orderId: string) => ({ orderId, record: 'order' });

export function toRow({ id, ...order }: StoredOrder) {
  return { ...order, ...orderKey(id), unfinished: shardOf(id) };
}

export function toOrder(row: Readonly<Record<string, unknown>>): StoredOrder {
  const { orderId, record: _, unfinished: __, ...order } = row as unknown as ReturnType<typeof toRow>;
  return { id: orderId, ...order };
}

/** Orders are spread over several keys of the index, since one key takes 1,000 writes a second. */
export const shards = Array.from({ length: SHARDS }, (_, shard) => String(shard));
const shardOf = (id: string) => String(id.charCodeAt(id.length - 1) % SHARDS);

/** A change of an order, under the condition `when`, which may use `values`. */
export interface OrderChange {
  readonly event: OrderEvent;
  readonly reason?: Reason;
  readonly status?: OrderStatus;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly when: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The condition of a step forward. */
export const FORWARD_FROM = '#status = :from AND attribute_not_exists(undoing)';
/** That the order has not ended, with the values that it names. */
export const OPEN = 'NOT #status IN (:complete, :failed, :cancelled)';
/** The condition of a step back. */
export const UNDOING = `attribute_exists(undoing) AND ${OPEN}`;
export const FINAL_VALUES = { ':complete': 'COMPLETE', ':failed': 'FAILED', ':cancelled': 'CANCELLED' };

/** The update of an order that makes the change and adds it to the timeline. */
export function orderUpdate(
  tableName: string,
  orderId: string,
  { at, attempt }: Step,
  { event, reason, status, set = {}, when, values = {} }: OrderChange,
) {
  const entry: TimelineEntry = { at, event, attempt, ...(reason && { reason }) };
  const isLast = status !== undefined && isFinal({ status });
  const changes = { ...set, ...(status && { status }), ...(status && reason && { reason }), updatedAt: at };
  const names = Object.keys(changes);
  return {
    TableName: tableName,
    Key: orderKey(orderId),
    UpdateExpression:
      `SET timeline = list_append(timeline, :entry), ${names.map((name) => `#${name} = :${name}`).join(', ')}` +
      (isLast ? ' REMOVE unfinished, paymentToken' : ''),
    ConditionExpression: when,
    ExpressionAttributeNames: {
      ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ...(when.includes('#status') && { '#status': 'status' }),
    },
    ExpressionAttributeValues: {
      ':entry': [entry],
      ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [`:${name}`, value])),
      ...values,
    },
  };
}
