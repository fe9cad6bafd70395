/** What the local cloud tells the console: the contract between `offline/console/` and this page. Times are ISO 8601. */

/** A state machine as it is declared; `definition` is JSON in the Amazon States Language. */
export interface Machine {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly definition: string;
}

export interface Execution {
  /** A later execution has a higher one. */
  readonly number: number;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly startDate: string;
  readonly stopDate: string | null;
  /** The states that it is in. */
  readonly states: readonly string[];
  /** Grows with its history while it runs. */
  readonly events: number;
  /** JSON. */
  readonly input: string | null;
}

export interface HistoryEvent {
  readonly id: number;
  readonly at: string;
  readonly type: string;
  /** The id of the event before it on the same line, 0 for none. */
  readonly previous: number;
  /** Of the state that was entered or exited. */
  readonly name?: string;
  readonly error?: string;
}

export interface ExecutionHistory extends Execution {
  readonly error: string | null;
  readonly history: readonly HistoryEvent[];
}

export interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly deadLetterTargetArn?: string | undefined;
}

export interface BusEvent {
  /** Counts the events since the start of the local cloud, as `number` does for invocations. */
  readonly number: number;
  readonly bus: string;
  /** The rules that it matched. */
  readonly rules: readonly string[];
  readonly event: {
    readonly id: string;
    readonly source: string;
    readonly time: string;
    readonly 'detail-type': string;
    readonly detail: unknown;
  };
}

export interface FunctionRun {
  readonly number: number;
  readonly at: string;
  readonly function: string;
  readonly trigger: string;
  /** An HTTP status, `ok`, or the name of an error. */
  readonly status: number | string;
  readonly durationMs: number;
  readonly isCold: boolean;
}

/** Invocations that are not among the finished ones. */
export interface Load {
  readonly inFlight: number;
  readonly pending: number;
}

export interface FaultRule {
  readonly service: string;
  readonly operation?: string | undefined;
  readonly function?: string | undefined;
  readonly fault: 'throttle' | 'error' | 'delay' | 'dropReply' | 'duplicate' | 'kill';
  readonly rate?: number;
  readonly milliseconds?: number;
  readonly count?: number | undefined;
}

export interface FaultReport {
  readonly seed: number;
  readonly rules: readonly (FaultRule & { readonly struck: number })[];
}

/** What has changed since the frame before; the first one of a connection is whole. */
export interface Frame {
  readonly isWhole?: true;
  /** Where the live API is that pushes the statuses of orders, in a whole frame; absent when it does not run. */
  readonly live?: string | undefined;
  readonly machines?: readonly Machine[];
  /** The newest first, as in all lists here. */
  readonly executions?: readonly Execution[];
  readonly queues?: readonly Queue[];
  readonly events?: readonly BusEvent[];
  readonly invocations?: readonly FunctionRun[];
  readonly load?: Load;
  readonly faults?: FaultReport;
}
