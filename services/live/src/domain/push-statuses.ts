import { isFinal, type OrderStatus } from './order-status.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

/** The connections to clients. */
export interface Connections {
  /** Answers whether the connection is still there. */
  push(connectionId: string, status: OrderStatus): Promise<boolean>;
}

export interface PushDependencies<Change> {
  readonly subscriptions: Omit<Subscriptions, 'add'>;
  readonly connections: Connections;
  /** The status that a change has brought, if it has brought one. */
  readonly statusOf: (change: Change) => OrderStatus | undefined;
  readonly now: () => Date;
  readonly onFailed: (change: Change, cause: unknown) => void;
}

/**
 * Tells the subscribers of each order of its new statuses, in their order, and orders side by side. Answers the first
 * change that somebody could not be told of: it comes again with all after it, and a client that is told twice knows it
 * by the sequence.
 */
export async function pushStatuses<Change>(
  dependencies: PushDependencies<Change>,
  changes: readonly Change[],
): Promise<Change | undefined> {
  const statuses = changes.flatMap((change) => {
    const status = dependencies.statusOf(change);
    return status ? [{ change, status }] : [];
  });
  const failed = new Set<Change>();
  await Promise.all(
    [...Map.groupBy(statuses, ({ status }) => status.orderId).values()].map(async (ofOrder) => {
      for (const { change, status } of ofOrder) {
        try {
          await tell(dependencies, status);
        } catch (error) {
          dependencies.onFailed(change, error);
          failed.add(change);
          return;
        }
      }
    }),
  );
  return changes.find((change) => failed.has(change));
}

/** Everybody is told who can be, whoever else cannot. @throws what kept the first one from being told */
async function tell<Change>(
  { subscriptions, connections, now }: PushDependencies<Change>,
  status: OrderStatus,
): Promise<void> {
  const told = async (subscription: Subscription) => {
    const isThere = await connections.push(subscription.connectionId, status);
    if (!isThere) await subscriptions.forget(subscription.connectionId);
    if (!isThere || isFinal(status)) await subscriptions.remove(subscription);
  };
  const subscribed = await subscriptions.of(status.orderId, now());
  for (const result of await Promise.allSettled(subscribed.map(told))) {
    if (result.status === 'rejected') throw result.reason;
  }
}
