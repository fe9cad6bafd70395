import type { FunctionUsage } from './usage.ts';

/** A function has one vCPU at so many MB, and of less its share. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MB_OF_A_CPU = 1_769;
/**
 * How long a call is taken to last on AWS: DynamoDB answers in single-digit milliseconds, and of the others nothing is
 * promised. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Introduction.html
 */
export const CALL_MS = { dynamodb: 5, others: 20 } as const;

/**
 * How long a run takes with so much memory, in milliseconds, rounded up as Lambda bills it: the time of the processor,
 * stretched to its share, and the calls. A second of the measuring machine's processor is taken for one of Lambda's.
 */
export function billedMs(
  { cpuMs, rounds }: Pick<FunctionUsage, 'cpuMs' | 'rounds'>,
  memoryMb: number,
): number {
  const stretch = Math.max(1, MB_OF_A_CPU / memoryMb);
  const waiting = rounds.dynamodb * CALL_MS.dynamodb + rounds.others * CALL_MS.others;
  return Math.ceil(cpuMs * stretch + waiting);
}

/** GB-seconds of so many runs. */
export const gbSeconds = (runs: number, ms: number, memoryMb: number): number =>
  runs * (ms / 1_000) * (memoryMb / 1_024);
