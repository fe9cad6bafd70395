import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../test/processes.ts';
import { type Cloud, failing, functionArn, startCloud } from './testing/cloud.ts';

const task = (name: string, others: object) => ({ Type: 'Task', Resource: functionArn(name), ...others });
const DEFINITION = {
  StartAt: 'Pay',
  States: {
    Pay: task('pay', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Later' }], Next: 'Done' }),
    Later: { Type: 'Wait', Seconds: 3_600, Next: 'Done' },
    Done: { Type: 'Succeed' },
  },
};

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({
    functions: {
      pay: (input) => ('isDeclined' in (input as object) ? failing('Declined', 'no money') : { paid: true }),
    },
  });
});
afterAll(() => cloud.stop());

describe('what is told of executions', () => {
  it('is their state machine as it was declared', async () => {
    const arn = await cloud.create(DEFINITION, 'declared');
    expect(cloud.stepFunctions.machines()).toContainEqual({
      stateMachineArn: arn,
      name: 'declared',
      definition: JSON.stringify(DEFINITION),
    });
  });

  it('is a history without what went in and came out', async () => {
    const arn = await cloud.start(DEFINITION, { isDeclined: 'secret' });
    await until(() => cloud.stepFunctions.history(arn)?.states[0] === 'Later');
    const { history = [], ...others } = cloud.stepFunctions.history(arn) ?? {};
    expect(others).toMatchObject({ status: 'RUNNING', events: 7, input: '{"isDeclined":"secret"}' });
    expect(JSON.stringify(history)).not.toContain('secret');
    expect(history.map(({ type, name, error, cause }) => [type, name, error, cause])).toEqual([
      ['ExecutionStarted', undefined, undefined, undefined],
      ['TaskStateEntered', 'Pay', undefined, undefined],
      ['LambdaFunctionScheduled', undefined, undefined, undefined],
      ['LambdaFunctionStarted', undefined, undefined, undefined],
      ['LambdaFunctionFailed', undefined, 'Declined', expect.stringContaining('no money')],
      ['TaskStateExited', 'Pay', undefined, undefined],
      ['WaitStateEntered', 'Later', undefined, undefined],
    ]);
    expect(cloud.stepFunctions.history(`${arn}x`)).toBeUndefined();
  });

  it('is those that run, and each that has ended once', async () => {
    const waiting = await cloud.start(DEFINITION, { isDeclined: 'yes' }, 'waiting');
    await until(() => cloud.stepFunctions.history(waiting)?.states[0] === 'Later');
    const before = cloud.stepFunctions.executionsSince(0, 1_000);
    await cloud.ended(await cloud.start(DEFINITION, {}, 'paid'));
    const after = cloud.stepFunctions.executionsSince(before.finished, 1_000);
    const [first, second] = after.executions;
    expect(first).toMatchObject({ name: 'paid', status: 'SUCCEEDED', states: [], input: '{}' });
    expect(second).toMatchObject({ name: 'waiting', status: 'RUNNING', states: ['Later'] });
    expect(Number(first?.number)).toBeGreaterThan(Number(second?.number));
    const last = cloud.stepFunctions.executionsSince(after.finished, 1_000);
    expect(last.executions.every(({ status }) => status === 'RUNNING')).toBe(true);
  });

  it('leaves out an input that is too long for a list', async () => {
    const arn = await cloud.start(DEFINITION, { long: 'x'.repeat(1_024) });
    expect(cloud.stepFunctions.history(arn)?.input).toBeNull();
  });
});
