import { Conflict, NotFound } from '../../../../shared/errors.ts';
import { isFinal, type OrderStatus, type OwnedStatus } from './order-status.ts';
import { MAX_SUBSCRIPTIONS, type Subscriptions } from './subscriptions.ts';

/** Statuses of orders as they are now, never as they were a moment ago. */
export interface Orders {
  find(orderId: string): Promise<OwnedStatus | undefined>;
}

export interface SubscribeDependencies {
  readonly orders: Orders;
  readonly subscriptions: Pick<Subscriptions, 'add'>;
  readonly now: () => Date;
}

/** A connection of a customer. */
export interface Connection {
  readonly id: string;
  readonly customerId: string;
  /** When API Gateway closes it, or the token ends that it was opened with. */
  readonly until: Date;
}

/** The same words for an order that is not there and for one of another customer. */
class OrderNotFound extends NotFound {
  constructor(id: string) {
    super(`There is no order ${id}.`);
  }
}

/**
 * Subscribes a connection to an order, and answers its status. The status is read once the subscription is there: what
 * changes later is pushed, and nothing lies between the two. An order that has ended has nothing to subscribe to.
 *
 * @throws NotFound for an order that is not the customer's; Conflict when the connection has too many, or its token
 *   has ended
 */
export async function subscribe(
  { orders, subscriptions, now }: SubscribeDependencies,
  { id, customerId, until }: Connection,
  orderId: string,
): Promise<OrderStatus> {
  const own = async () => {
    const found = await orders.find(orderId);
    if (found?.customerId !== customerId) throw new OrderNotFound(orderId);
    return found.current;
  };

  if (until <= now()) throw new Conflict('The token of this connection has ended: connect with another.');
  const current = await own();
  if (isFinal(current)) return current;
  if (!(await subscriptions.add({ orderId, connectionId: id, until }, MAX_SUBSCRIPTIONS))) {
    throw new Conflict(`This connection is subscribed to ${MAX_SUBSCRIPTIONS} orders, which is the most.`);
  }
  return own();
}
