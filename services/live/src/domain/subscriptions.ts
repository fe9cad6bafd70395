/** Orders that one connection may be subscribed to at a time. */
export const MAX_SUBSCRIPTIONS = 20;

/** Who is told of an order, by the connection to the client. */
export interface Subscription {
  readonly orderId: string;
  readonly connectionId: string;
  /** When it ends at the latest. */
  readonly until: Date;
}

/** The subscriptions of all connections. */
export interface Subscriptions {
  /** Nothing is changed, and false answered, when the connection has `max` others. */
  add(subscription: Subscription, max: number): Promise<boolean>;
  /** Those of an order that have not ended: all that were added before. */
  of(orderId: string, now: Date): Promise<readonly Subscription[]>;
  remove(subscription: Subscription): Promise<void>;
  /** Removes all that the connection has. */
  forget(connectionId: string): Promise<void>;
}
