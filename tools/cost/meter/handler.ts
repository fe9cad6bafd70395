/** Loaded in the place of a function's module: runs its handler, and writes down what each run took. */
import { appendFileSync } from 'node:fs';
import { handlerOf, type Metered, meteredIn } from './metered.ts';

const { module, exportName, functionKey, file } = meteredIn(import.meta.url);
const run = await handlerOf(module, exportName);
let isFirst = true;

export const handler = async (event: unknown, context: unknown): Promise<unknown> => {
  const isCold = isFirst;
  isFirst = false;
  const before = process.threadCpuUsage();
  try {
    return await run(event, context);
  } finally {
    const { user, system } = process.threadCpuUsage(before);
    const entry: Metered = { functionKey, isCold, cpuMs: (user + system) / 1_000, event };
    appendFileSync(file, `${JSON.stringify(entry)}\n`);
  }
};
