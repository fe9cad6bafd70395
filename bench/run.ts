/** What every part of the benchmark is given. */
export interface Run {
  readonly quick: boolean;
  /** Rounds of new processes; each round starts every bundle once. */
  readonly rounds: number;
  /** A temporary folder that is removed at the end. */
  readonly folder: string;
  /** Aborted by ctrl-C. */
  readonly signal: AbortSignal;
  /** Says on stderr what is going on. */
  readonly progress: (line: string) => void;
}
