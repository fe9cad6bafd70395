import { orders } from './0001-orders.ts';

/** One step of the schema. What was once released is never changed: what follows is a step of its own. */
export interface Migration {
  /** From 1, without gaps. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [orders];
