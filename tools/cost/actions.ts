import type { Item } from './amounts.ts';
import type { DeclaredFunctions } from './declared.ts';
import { billedMs, gbSeconds } from './durations.ts';
import type { ActionUsage } from './usage.ts';

/**
 * What Lambda writes of each run beside what the function prints: START, END and REPORT with the id of the trace.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
export const PLATFORM_LOG_BYTES = 450;
/** A line of the API's access log, as shared/serverless/provider.cjs has it, with its fields filled. */
export const ACCESS_LOG_BYTES = 280;
const BYTES_OF_A_GB = 1e9;

export interface FunctionRow {
  readonly functionKey: string;
  readonly runs: number;
  readonly memoryMb: number;
  readonly billedMs: number;
}

/** The functions of one action, with the memory that is declared, those with the most GB-seconds first. */
export function functionRows(usage: ActionUsage, functions: DeclaredFunctions): FunctionRow[] {
  return Object.entries(usage.functions)
    .map(([functionKey, taken]) => {
      const { memoryMb } = functions[functionKey] ?? {};
      if (!memoryMb) throw new Error(`${functionKey} was measured and is not declared; measure again.`);
      return { functionKey, runs: taken.runs, memoryMb, billedMs: billedMs(taken, memoryMb) };
    })
    .sort((a, b) => computeOf([b]) - computeOf([a]));
}

/** GB-seconds of one action. */
export const computeOf = (rows: readonly FunctionRow[]): number =>
  rows.reduce((total, row) => total + gbSeconds(row.runs, row.billedMs, row.memoryMb), 0);

/** What so many of these actions are billed for. */
export function actionItems(usage: ActionUsage, functions: DeclaredFunctions, count: number): Item[] {
  const rows = functionRows(usage, functions);
  const runs = rows.reduce((total, row) => total + row.runs, 0);
  const logged = usage.logBytes + runs * PLATFORM_LOG_BYTES + usage.apiRequests * ACCESS_LOG_BYTES;
  const each: [what: string, price: string, quantity: number][] = [
    ['HTTP API', 'httpApi.request', usage.apiRequests],
    ['Lambda requests', 'lambda.request', runs],
    ['Lambda compute', 'lambda.arm64', computeOf(rows)],
    ['Step Functions', 'states.transition', usage.transitions],
    ['DynamoDB writes', 'dynamodb.write', usage.writeUnits],
    ['DynamoDB reads', 'dynamodb.read', usage.readUnits],
    ['SQS', 'sqs.request', usage.sqsRequests],
    ['SNS', 'sns.publish', usage.snsPublishes],
    ['EventBridge', 'eventbridge.event', usage.events],
    ['S3 writes', 's3.put', usage.s3Puts],
    ['S3 reads', 's3.get', usage.s3Gets],
    ['logs', 'logs.ingest', logged / BYTES_OF_A_GB],
    ['logs, kept a month', 'logs.storage', logged / BYTES_OF_A_GB],
    ['X-Ray', 'xray.trace', usage.traces],
    ['data to the internet', 'transfer.out', usage.responseBytes / BYTES_OF_A_GB],
  ];
  return each.map(([what, price, quantity]) => ({ what, price, quantity: quantity * count }));
}
