import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { build } from 'esbuild';
import { type Invoked, LambdaRunner } from '../lambda/runner.ts';

const MAX_INSTANCES = Math.max(2, availableParallelism());

const runners: LambdaRunner[] = [];
afterEach(() => {
  for (const runner of runners.splice(0)) runner.stop();
});

/** A runner of one function, whose module is the given text or file. */
function run(module: string, timeoutMs = 5_000, maximumInstances?: number) {
  const definition = {
    name: 'shop-test-f',
    timeoutMs,
    maximumInstances,
    environment: { COLOUR: 'blue' },
    start: {
      moduleUrl: module.startsWith('file:') ? module : `data:text/javascript,${encodeURIComponent(module)}`,
      exportName: 'handler',
      context: { functionName: 'shop-test-f' },
    },
  };
  const runner = new LambdaRunner(new Map([['f', definition]]));
  runners.push(runner);
  return { runner, invoke: (event: unknown = {}) => runner.invoke('f', event, 'request-1') };
}

const payload = (invoked: Invoked) => ('payload' in invoked ? JSON.parse(invoked.payload) : invoked);

describe('a function', () => {
  it('gets event, context and an environment of its own', async () => {
    const { invoke } = run(`export const handler = async (event, context) =>
      ({ event, env: process.env, ...context, left: context.getRemainingTimeInMillis() > 4000 })`);
    expect(payload(await invoke({ a: 1 }))).toEqual({
      event: { a: 1 },
      env: { COLOUR: 'blue' },
      functionName: 'shop-test-f',
      awsRequestId: 'request-1',
      left: true,
    });
  });

  it('stays warm between invocations, until it is reloaded', async () => {
    const { runner, invoke } = run('let count = 0; export const handler = async () => ++count');
    expect([payload(await invoke()), payload(await invoke())]).toEqual([1, 2]);
    runner.reload();
    expect(payload(await invoke())).toBe(1);
  });

  it('is cold when its code has to be loaded first', async () => {
    const { runner, invoke } = run('export const handler = async () => 1');
    expect([(await invoke()).isCold, (await invoke()).isCold]).toEqual([true, false]);
    runner.reload();
    expect((await invoke()).isCold).toBe(true);
  });

  it('has with each invocation what it printed there, the last 32,768 characters of it', async () => {
    const { invoke } = run(`let count = 0; export const handler = async () => {
      console.log('run', ++count); process.stderr.write('loud ');
      if (count === 2) process.stdout.write('x'.repeat(40_000) + 'end'); }`);
    expect((await invoke()).printed).toBe('run 1\nloud ');
    expect((await invoke()).printed).toBe(`${'x'.repeat(32_765)}end`);
  });

  it('prints to the streams of the local cloud, in the order in which it writes', async () => {
    const written: string[] = [];
    for (const stream of ['stdout', 'stderr'] as const) {
      jest.spyOn(process[stream], 'write').mockImplementation((chunk) => {
        written.push(`${stream}: ${typeof chunk === 'string' ? chunk : Buffer.from(chunk)}`);
        return true;
      });
    }
    const { invoke } = run(`export const handler = async () => {
      console.log('a');
      console.error('b');
      await new Promise((resolve) => process.stdout.write('Yw==', 'base64', resolve));
      await new Promise((resolve) => process.stdout.write(Buffer.from('\u00e4'), resolve)); }`);
    const invoked = await invoke();
    jest.restoreAllMocks();
    expect(written).toEqual(['stdout: a\n', 'stderr: b\n', 'stdout: c', 'stdout: \u00e4']);
    expect(invoked.printed).toBe('a\nb\nc\u00e4');
  });

  it('has what it printed also when its time is over', async () => {
    const { invoke } = run(
      `export const handler = () => { console.log('so far'); return new Promise(() => {}); }`,
      100,
    );
    const invoked = await invoke();
    expect(invoked).toMatchObject({ printed: 'so far\n', error: { errorType: 'Sandbox.Timedout' } });
  });

  it('is not run when the local cloud has stopped', async () => {
    const { runner, invoke } = run('export const handler = async () => 1');
    runner.stop();
    await expect(invoke()).rejects.toThrow('The local cloud has stopped.');
  });

  it('is broken off when the local cloud stops, and does not begin any more when it waits', async () => {
    const { runner, invoke } = run('export const handler = () => new Promise(() => undefined)', 30_000, 1);
    const running = invoke();
    const waiting = invoke();
    runner.stop();
    await expect(waiting).rejects.toThrow('The local cloud has stopped.');
    expect(await running).toMatchObject({ error: { errorType: 'Runtime.ExitError' } });
  });

  it('runs one invocation at a time in each instance, and every one in the end', async () => {
    const { invoke } = run(`let running = 0; export const handler = async () => {
      running += 1; const seen = running;
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1; return seen; }`);
    const seen = await Promise.all(Array.from({ length: 40 }, invoke));
    expect(new Set(seen.map(payload))).toEqual(new Set([1]));
  });

  it('has no more instances than this machine can bear, while invocations wait', async () => {
    const { invoke } = run(`import { threadId } from 'node:worker_threads';
      export const handler = () => new Promise((resolve) => setTimeout(resolve, 100, threadId))`);
    const threads = await Promise.all(Array.from({ length: 20 * MAX_INSTANCES }, invoke));
    expect(new Set(threads.map(payload)).size).toBe(MAX_INSTANCES);
  });

  it('waits for the instance that runs, which is free sooner than another has started', async () => {
    const { invoke } = run(`import { threadId } from 'node:worker_threads';
      export const handler = async () => threadId`);
    await invoke();
    const threads = await Promise.all(Array.from({ length: 10 }, invoke));
    expect(new Set(threads.map(payload)).size).toBe(1);
  });

  it('starts another instance when the one that runs does not end', async () => {
    const { invoke } = run(
      `export const handler = ({ ends }) => ends ? 'done' : new Promise(() => undefined)`,
      2_000,
    );
    const endless = invoke({ ends: false });
    expect(payload(await invoke({ ends: true }))).toBe('done');
    expect(await endless).toMatchObject({ error: { errorType: 'Sandbox.Timedout' } });
  });

  it('has no more instances than its reserved concurrency', async () => {
    const { invoke } = run(
      `import { threadId } from 'node:worker_threads'; export const handler = async () => threadId`,
      5_000,
      1,
    );
    const threads = await Promise.all(Array.from({ length: 10 }, invoke));
    expect(new Set(threads.map(payload)).size).toBe(1);
  });

  it.each([
    ['throws', "export const handler = async () => { throw new RangeError('far') }", 'RangeError', 'far'],
    ['throws a text', "export const handler = async () => { throw 'no' }", 'string', 'no'],
    ['cannot be loaded', "throw new Error('init')", 'Error', 'init'],
    ['has no handler', 'export const other = 1', 'Error', 'handler is not a function'],
    [
      'exits',
      'export const handler = () => process.exit(3)',
      'Runtime.ExitError',
      'Runtime exited with exit code 3',
    ],
    [
      'leaves a rejection',
      "export const handler = () => { Promise.reject(new TypeError('lost')); return new Promise(() => {}) }",
      'TypeError',
      'lost',
    ],
    [
      'answers too much',
      "export const handler = async () => 'x'.repeat(7e6)",
      'Function.ResponseSizeTooLarge',
      'Response payload size',
    ],
  ])('that %s fails by name', async (_, module, errorType, errorMessage) => {
    const { invoke } = run(module);
    const expected = { error: { errorType, errorMessage: expect.stringContaining(errorMessage) } };
    expect(await invoke()).toMatchObject(expected);
    expect(await invoke()).toMatchObject(expected);
  });

  it('that takes too long is ended, and the next invocation starts anew', async () => {
    const { invoke } = run('export const handler = (event) => event.hang ? new Promise(() => {}) : 1', 3_000);
    expect(await invoke({ hang: true })).toMatchObject({ error: { errorType: 'Sandbox.Timedout' } });
    expect(payload(await invoke())).toBe(1);
  });

  it('has all of its time once it is loaded, however long that takes', async () => {
    const { invoke } = run(
      `await new Promise((resolve) => setTimeout(resolve, 800));
      export const handler = async (event, context) => context.getRemainingTimeInMillis() > 300`,
      400,
    );
    expect(payload(await invoke())).toBe(true);
  });

  it('names in its stacks the places of the sources that it is built of', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stacks-'));
    const source = join(folder, 'fails.ts');
    const built = join(folder, 'built.mjs');
    writeFileSync(
      source,
      "const deep = () => {\n  throw new RangeError('far down');\n};\n\nexport const handler = deep;\n",
    );
    await build({ entryPoints: [source], outfile: built, format: 'esm', minify: true, sourcemap: 'linked' });
    try {
      const { error } = (await run(pathToFileURL(built).href).invoke()) as {
        error: { trace: readonly string[] };
      };
      expect(error.trace.slice(0, 2)).toEqual([
        'RangeError: far down',
        expect.stringMatching(new RegExp(`^    at .*${source}:2:9\\)?$`)),
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is not run with an event above 6 MB', async () => {
    const { invoke } = run('export const handler = async () => 1');
    expect(await invoke('x'.repeat(6 * 1024 * 1024))).toMatchObject({
      error: { errorType: 'RequestTooLargeException' },
    });
  });
});
