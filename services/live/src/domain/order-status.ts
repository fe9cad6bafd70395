/** A status that an order has come to. */
export interface OrderStatus {
  readonly orderId: string;
  readonly status: string;
  /** Why an order failed or was cancelled. */
  readonly reason?: string;
  /** How far the order had come, from 1: of two statuses of an order the later one has the greater number. */
  readonly sequence: number;
  /** ISO 8601 in UTC. */
  readonly occurredAt: string;
}

/** A status with whose order it is. */
export interface OwnedStatus {
  readonly customerId: string;
  readonly current: OrderStatus;
}

const FINAL = ['COMPLETE', 'FAILED', 'CANCELLED'];

/** Whether no other status comes after it. */
export const isFinal = ({ status }: OrderStatus): boolean => FINAL.includes(status);
