import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from '@jest/globals';
import { KeptProcess } from './kept-process.ts';
import { isRunning, until } from './test/processes.ts';

const node = (code: string) =>
  spawn(process.execPath, ['--eval', code], { stdio: ['ignore', 'pipe', 'ignore'] });
const LASTING = 'setInterval(() => {}, 1_000)';

let kept: KeptProcess;
const said: string[] = [];
let time = 0;

function keep(start: () => ChildProcess, environment = async () => ({})): KeptProcess {
  said.length = 0;
  const say = (line: string) => said.push(line);
  kept = new KeptProcess({ name: 'It', environment, spawn: start, say, now: () => time });
  kept.start();
  return kept;
}
afterEach(() => kept.end());

describe('a process that is kept', () => {
  it('starts again after pauses that grow while it fails at its start', async () => {
    keep(() => node('process.exit(7)'));
    await until(() => said.length >= 3);
    expect(said.slice(0, 3)).toEqual([
      'It has ended (exit code 7); it starts again in 0.1 s.',
      'It has ended (exit code 7); it starts again in 0.2 s.',
      'It has ended (exit code 7); it starts again in 0.4 s.',
    ]);
  });

  it('starts again soon when it had run for long', async () => {
    keep(() => node(LASTING));
    for (const count of [1, 2]) {
      await until(() => kept.pid !== undefined);
      time += 10_001;
      kept.kill();
      await until(() => said.length === count);
    }
    expect(said).toEqual(Array(2).fill('It has ended (SIGKILL); it starts again in 0.1 s.'));
  });

  it('is tried again when it cannot be started', async () => {
    let tries = 0;
    const environment = async () => {
      tries += 1;
      if (tries === 1) throw new Error('There is no secret.');
      return {};
    };
    keep(() => (tries === 2 ? spawn('/no/such/program') : node(LASTING)), environment);
    await until(() => kept.pid !== undefined);
    expect(said).toEqual([
      'It has ended (There is no secret.); it starts again in 0.1 s.',
      'It has ended (spawn /no/such/program ENOENT); it starts again in 0.2 s.',
    ]);
  });

  it('pauses longer and longer when it cannot be started any more after it had run for long', async () => {
    let isThere = true;
    keep(
      () => node(LASTING),
      async () => {
        if (!isThere) throw new Error('There is no secret.');
        return {};
      },
    );
    await until(() => kept.pid !== undefined);
    time += 10_001;
    isThere = false;
    kept.kill();
    await until(() => said.length === 3);
    expect(said).toEqual([
      'It has ended (SIGKILL); it starts again in 0.1 s.',
      'It has ended (There is no secret.); it starts again in 0.2 s.',
      'It has ended (There is no secret.); it starts again in 0.4 s.',
    ]);
  });

  it('is killed when it does not end in the time that it is given', async () => {
    let isDeaf = false;
    keep(() => {
      const child = node(`process.on('SIGTERM', () => {}); console.log('deaf'); ${LASTING}`);
      child.stdout?.once('data', () => {
        isDeaf = true;
      });
      return child;
    });
    await until(() => isDeaf);
    const { pid = 0 } = kept;
    await kept.stop(50);
    expect(isRunning(pid)).toBe(false);
    expect(said).toEqual([]);
    expect(kept.isWanted).toBe(false);
  });

  it('does not begin when it is stopped while its start is prepared', async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    let starts = 0;
    const start = () => {
      starts += 1;
      return node(LASTING);
    };
    keep(start, async () => ({ ...(await promise) }));
    await kept.stop(50);
    resolve({});
    await new Promise((done) => setImmediate(done));
    expect(starts).toBe(0);
  });
});
