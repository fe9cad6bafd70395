import type { Schemas } from '../../clients/typescript/index.ts';
import type { Execution } from './frame.ts';

export type Money = Schemas['Money'];
export type Order = Schemas['Order'];

/** Which order an execution works on, and whose it is. */
export interface OrderReference {
  readonly orderId: string;
  readonly customerId: string;
}

/** Nothing when the execution was started with something else. */
export function orderOf({ input }: Execution): OrderReference | undefined {
  if (input === null) return undefined;
  const { orderId, customerId } = JSON.parse(input) as Partial<OrderReference>;
  return typeof orderId === 'string' && typeof customerId === 'string' ? { orderId, customerId } : undefined;
}

/** How an order stands, for people: the word for it and how it is coloured. */
export interface Standing {
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'busy' | 'quiet';
}

const STANDINGS: Readonly<Record<string, Standing>> = {
  COMPLETE: { word: 'Complete', tone: 'good' },
  FAILED: { word: 'Failed', tone: 'bad' },
  CANCELLED: { word: 'Cancelled', tone: 'quiet' },
};

/** By its end as it was pushed or read, or else by the status pushed last, or else by where its execution is. */
export function standingOf(
  execution: Execution,
  order: Order | undefined,
  pushed: string | undefined,
): Standing {
  const end = STANDINGS[pushed ?? ''] ?? STANDINGS[order?.status ?? ''];
  if (end) return end;
  switch (execution.status) {
    case 'RUNNING':
      return { word: pushed ? worded(pushed) : (execution.states.at(-1) ?? 'Running'), tone: 'busy' };
    case 'SUCCEEDED':
      return { word: 'Complete', tone: 'good' };
    default:
      return { word: execution.status === 'FAILED' ? 'Failed' : 'Stopped', tone: 'bad' };
  }
}

const worded = (status: string): string => `${status.charAt(0)}${status.slice(1).toLowerCase()}`;

/** What was known of an order when its execution stood so. */
export interface KnownOrder {
  readonly order: Order;
  readonly executionStatus: Execution['status'];
}

/** Those of the executions whose orders are not known, or were read before their executions ended. */
export function toRead(
  executions: readonly Execution[],
  known: ReadonlyMap<string, KnownOrder>,
): readonly Execution[] {
  return executions.filter(({ executionArn, status }) => known.get(executionArn)?.executionStatus !== status);
}
