/**
 * Handles the events that it is sent in a process of its own, and answers how much memory that took at most.
 * Runs that fail count as well: what an earlier run has done may be refused now.
 */
import { handlerOf } from './metered.ts';

export interface Replay {
  readonly module: string;
  readonly exportName: string;
  readonly context: object;
  readonly events: readonly unknown[];
}

process.once('message', async ({ module, exportName, context, events }: Replay) => {
  const handler = await handlerOf(module, exportName);
  let bytes = 0;
  for (const event of events) {
    const awsRequestId = crypto.randomUUID();
    const getRemainingTimeInMillis = () => 10_000;
    await Promise.resolve(handler(event, { ...context, awsRequestId, getRemainingTimeInMillis })).catch(
      () => undefined,
    );
    // The peak that Linux tells of is that of the parent, where it was higher before the fork.
    bytes = Math.max(bytes, process.memoryUsage.rss());
  }
  process.send?.(bytes / 1_048_576);
  process.disconnect();
});
