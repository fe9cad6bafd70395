import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateStateMachineCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { functionArn, REGION, ROLE_ARN, startCloud } from '../../services/step-functions/testing/cloud.ts';
import { FakeClock } from '../../services/step-functions/testing/fake-clock.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const EXECUTIONS = 'step-functions/latest/dg/choosing-workflow-type.html';
const WORKER = new URL('../../services/step-functions/testing/worker.ts', import.meta.url).pathname;

let folder: string;
let processes: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-cloud-test-'));
});
afterEach(() => {
  for (const child of processes) child.kill('SIGKILL');
  processes = [];
  rmSync(folder, { recursive: true, force: true });
});

const task = (name: string, next: object) => ({ Type: 'Task', Resource: functionArn(name), ...next });
const STEPS = ['one', 'two', 'three', 'four'];
const IN_STEPS = {
  StartAt: 'one',
  States: Object.fromEntries(
    STEPS.map((name, index) => [
      name,
      task(name, STEPS[index + 1] ? { Next: STEPS[index + 1] } : { End: true }),
    ]),
  ),
};

async function startWorker(log: string) {
  const child = spawn(process.execPath, [WORKER, folder, log], { stdio: ['ignore', 'pipe', 'inherit'] });
  processes.push(child);
  const [endpoint] = await once(createInterface(child.stdout), 'line');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { child, client: new SFNClient({ endpoint, region: REGION, credentials }) };
}

describe('executions after a restart', () => {
  contract(EXECUTIONS, 'all end after kill -9, and no finished state runs again', async () => {
    const log = join(folder, 'calls.ndjson');
    const calls = () =>
      readFileSync(log, { encoding: 'utf8', flag: 'a+' })
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { function: string; payload: number; process: number });
    const first = await startWorker(log);
    const { stateMachineArn } = await first.client.send(
      new CreateStateMachineCommand({
        name: 'steps',
        definition: JSON.stringify(IN_STEPS),
        roleArn: ROLE_ARN,
      }),
    );
    for (let order = 0; order < 20; order += 1) {
      await first.client.send(
        new StartExecutionCommand({ stateMachineArn, name: `order-${order}`, input: String(order) }),
      );
    }
    await until(() => calls().some((call) => call.function === 'three'));
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await startWorker(log);
    const succeeded = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' });
    await until(async () => (await second.client.send(succeeded)).executions?.length === 20);

    const all = calls();
    expect(new Set(all.map((call) => call.process))).toEqual(new Set([first.child.pid, second.child.pid]));
    for (let order = 0; order < 20; order += 1) {
      const steps = (pid: number | undefined) =>
        all.filter((call) => call.payload === order && call.process === pid).map((call) => call.function);
      const before = steps(first.child.pid);
      const after = steps(second.child.pid);
      expect(before).toEqual(STEPS.slice(0, before.length));
      // It begins with the state that was running, or with the next where that had been written down as finished.
      const resumed = after.length === 0 ? STEPS.length : STEPS.indexOf(after[0] ?? '');
      expect([before.length - 1, before.length]).toContain(resumed);
      expect(after).toEqual(STEPS.slice(resumed));
    }
    first.client.destroy();
    second.client.destroy();
  });

  contract(
    EXECUTIONS,
    'keep the end of a wait, retries, tokens and the branches that have finished',
    async () => {
      const clock = new FakeClock('2026-03-01T12:00:00.000Z');
      const runs: string[] = [];
      const tokens: string[] = [];
      const functions = {
        branch: () => void runs.push('branch'),
        token: ({ token }: { token: string }) => void tokens.push(token),
        flaky() {
          runs.push('flaky');
          if (runs.filter((run) => run === 'flaky').length < 3) throw new Error('not yet');
        },
      } as Record<string, (payload: unknown) => unknown>;
      const token = {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Parameters: { FunctionName: 'token', Payload: { 'token.$': '$$.Task.Token' } },
        HeartbeatSeconds: 60,
      };
      const Retry = [{ ErrorEquals: ['Error'], IntervalSeconds: 10, MaxAttempts: 2 }];
      const definition = {
        StartAt: 'Fork',
        States: {
          Fork: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'Branch', States: { Branch: task('branch', { End: true }) } },
              { StartAt: 'Token', States: { Token: { ...token, End: true } } },
            ],
            Next: 'Wait',
          },
          Wait: { Type: 'Wait', Seconds: 100, Next: 'Flaky' },
          Flaky: task('flaky', { Retry, End: true }),
        },
      };
      const open = () => startCloud({ functions, clock, folder });

      let cloud = await open();
      const executionArn = await cloud.start(definition);
      await until(async () =>
        (await cloud.history(executionArn)).some(({ type }) => type === 'TaskSubmitted'),
      );
      expect(cloud.stepFunctions.executions(1)).toMatchObject([{ executionArn, states: ['Token'] }]);
      cloud.stop();

      clock.advance(3_600_000);
      cloud = await open();
      await cloud.client.send(new SendTaskSuccessCommand({ taskToken: tokens[0], output: '"came back"' }));
      await until(() => cloud.stepFunctions.executions(1)[0]?.states[0] === 'Wait');
      cloud.stop();

      clock.advance(40_000);
      cloud = await open();
      expect(await clock.next()).toBe(60_000);
      await until(() => runs.includes('flaky'));
      await until(() => clock.isAwaited(10_000));
      cloud.stop();

      cloud = await open();
      expect(await clock.next()).toBe(10_000);
      expect(await clock.next()).toBe(20_000);
      expect(await cloud.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
      expect(runs).toEqual(['branch', 'flaky', 'flaky', 'flaky']);
      expect(tokens).toHaveLength(1);
      const ids = (await cloud.history(executionArn)).map(({ id }) => id);
      expect(ids).toEqual(ids.map((_, index) => index + 1));
      cloud.stop();
    },
  );

  contract(EXECUTIONS, 'take what came back with a token although nothing runs yet', async () => {
    const clock = new FakeClock('2026-03-01T12:00:00.000Z');
    const tokens = new Map<unknown, string>();
    const functions = {
      token: ({ token, execution }: { token: string; execution: string }) =>
        void tokens.set(execution, token),
    } as Record<string, (payload: unknown) => unknown>;
    const definition = {
      StartAt: 'Token',
      TimeoutSeconds: 60,
      States: {
        Token: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Parameters: {
            FunctionName: 'token',
            Payload: { 'token.$': '$$.Task.Token', 'execution.$': '$$.Execution.Id' },
          },
          End: true,
        },
      },
    };
    const before = await startCloud({ functions, clock, folder });
    const executionArn = await before.start(definition);
    const late = await before.start(definition);
    await until(async () => (await before.history(executionArn)).length === 5);
    await until(async () => (await before.history(late)).length === 5);
    const taskToken = tokens.get(late);
    before.stepFunctions.stop();
    await before.client.send(new SendTaskSuccessCommand({ taskToken, output: '"early"' }));
    before.stop();

    clock.advance(20_000);
    const after = await startCloud({ functions, clock, folder });
    expect(await after.ended(late)).toMatchObject({ status: 'SUCCEEDED', output: '"early"' });
    // The time of the whole execution has run on.
    expect(await clock.next()).toBe(40_000);
    expect(await after.ended(executionArn)).toMatchObject({ status: 'TIMED_OUT' });
    after.stop();
  });
});
