import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one function takes in one kind of action. Times are of warm runs on the measuring machine. */
export interface FunctionUsage {
  /** For each action. */
  readonly runs: number;
  /** What the thread of a run had of a processor: the median, and what 95 of 100 runs do not exceed. */
  readonly cpuMs: number;
  readonly cpuP95Ms: number;
  /** Calls to AWS of a run; those at the same time count as one. */
  readonly rounds: { readonly dynamodb: number; readonly others: number };
}

/** What one action takes, as it is billed; means of so many `actions`. */
export interface ActionUsage {
  readonly actions: number;
  readonly apiRequests: number;
  readonly functions: Readonly<Record<string, FunctionUsage>>;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly indexUnits: Readonly<Record<string, number>>;
  readonly transitions: number;
  /** How long an execution of the workflow took; 0 without one. */
  readonly workflowMs: number;
  readonly sqsRequests: number;
  readonly snsPublishes: number;
  readonly events: number;
  readonly s3Puts: number;
  readonly s3Gets: number;
  /** What functions printed. */
  readonly logBytes: number;
  readonly responseBytes: number;
  readonly traces: number;
}

export const ACTIONS = ['order', 'itemRead', 'itemPage', 'itemWrite', 'importedRow'] as const;
export type Action = (typeof ACTIONS)[number];

export interface Usage {
  readonly measured: string;
  readonly machine: { readonly node: string; readonly platform: string; readonly processor: string };
  readonly actions: Readonly<Record<Action, ActionUsage>>;
  /** The most memory that a process of the function has used, in MB. */
  readonly memoryMb: Readonly<Record<string, number>>;
}

export const FOLDER = join(import.meta.dirname, '../../docs/cost');
export const USAGE_FILE = join(FOLDER, 'usage.json');

export const readUsage = (): Usage => JSON.parse(readFileSync(USAGE_FILE, 'utf8'));
