import { orders } from './0001-orders.ts';

/** One step of the schema. What was once released is never changed: what follows is a step of its own. */
export interface Migration {
  /** From 1, without gaps. */
  readonly number: number;
  readonly name: string;
  /**
   * The number of the newest step that a program must know at least, to work when this one is applied. A step that only
   * adds repeats that of the step before, so that the release before can be gone back to.
   */
  readonly worksFrom: number;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [orders];
