/** Runs inside a worker thread: one execution environment of a function. */
import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from './function-error.ts';
import type { Outcome, Run, Said, WorkerStart } from './instance.ts';
import { mapStacks } from './source-maps.ts';

type Handler = (event: unknown, context: object) => unknown;
type Printed = (error?: Error | null) => void;

const MAX_RESPONSE_BYTES = 6_291_556;

mapStacks();
for (const stream of ['stdout', 'stderr'] as const) {
  // On the way that outcomes take, so that what was printed before one arrives before it. A worker's own streams take
  // a longer one, of several messages for each line.
  process[stream].write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | Printed,
    onPrinted?: Printed,
  ): boolean => {
    const isEncoded = typeof chunk === 'string' && typeof encoding === 'string';
    const printed = isEncoded ? Buffer.from(chunk, encoding) : chunk;
    parentPort?.postMessage({ printed, stream } satisfies Said);
    const callback = typeof encoding === 'function' ? encoding : onPrinted;
    if (callback) process.nextTick(callback);
    return true;
  };
}

const { moduleUrl, exportName, context: constantContext } = workerData as WorkerStart;

const loading = import(moduleUrl).then((loaded: Record<string, unknown>) => {
  const handler = loaded[exportName] ?? (loaded.default as Record<string, unknown> | undefined)?.[exportName];
  if (typeof handler !== 'function')
    throw new Error(`${exportName} is not a function that ${moduleUrl} exports`);
  return handler as Handler;
});
// It is awaited, and so reported, by the first invocation.
loading.catch(() => undefined).then(() => parentPort?.postMessage('loaded' satisfies Said));

parentPort?.on('message', async (run: Run) => {
  parentPort?.postMessage(await outcomeOf(run));
});

async function outcomeOf({ event, requestId, deadline }: Run): Promise<Outcome> {
  let handler: Handler;
  try {
    handler = await loading;
  } catch (error) {
    return { error: describeError(error), isBroken: true };
  }
  try {
    const result = await handler(JSON.parse(event), {
      ...constantContext,
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    const payload = JSON.stringify(result) ?? 'null';
    if (Buffer.byteLength(payload) <= MAX_RESPONSE_BYTES) return { payload };
    return {
      error: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
      },
    };
  } catch (error) {
    return { error: describeError(error) };
  }
}
