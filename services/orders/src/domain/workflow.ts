import type { StoredOrder } from './order.ts';

/** The order workflow. */
export interface Workflow {
  /** Begins the execution of that name; one that was begun before, also one that has ended, is no error. */
  start(execution: string, order: Pick<StoredOrder, 'id' | 'customerId' | 'correlationId'>): Promise<void>;
  stateOf(execution: string): Promise<'RUNNING' | 'ENDED' | 'MISSING'>;
  /** Answers a task that waits. A task that waits no more is no error. */
  answer(
    taskToken: string,
    result: { readonly approved: true } | { readonly error: string; readonly cause: string },
  ): Promise<void>;
}

/** Executions are named after the order; those that a sweep begins have a number, from 2. */
export const executionName = ({ id, executions }: Pick<StoredOrder, 'id' | 'executions'>): string =>
  executions === 1 ? id : `${id}-${executions}`;
