import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import {
  type Cloud,
  functionArn,
  ROLE_ARN,
  startCloud,
} from '../../services/step-functions/testing/cloud.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const API = 'step-functions/latest/apireference';
const PASS = { StartAt: 'Only', States: { Only: { Type: 'Pass', End: true } } };
const WAIT = { StartAt: 'Only', States: { Only: { Type: 'Wait', Seconds: 3_600, End: true } } };

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({ functions: { echo: (payload) => payload } });
});
afterAll(() => cloud.stop());

/** For commands whose answer is compared as a whole. */
const send = (command: object): Promise<unknown> => cloud.client.send(command as DescribeExecutionCommand);
const create = (name: string, definition: object | string, more: object = {}) =>
  cloud.client.send(
    new CreateStateMachineCommand({
      name,
      definition: typeof definition === 'string' ? definition : JSON.stringify(definition),
      roleArn: ROLE_ARN,
      ...more,
    }),
  );
const start = (stateMachineArn: string, name?: string, input?: string) =>
  cloud.client.send(new StartExecutionCommand({ stateMachineArn, name, input }));

describe('state machines', () => {
  contract(`${API}/API_CreateStateMachine.html`, 'creates the same state machine once', async () => {
    const first = await create('twice', PASS);
    expect(await create('twice', PASS, { roleArn: 'arn:aws:iam::000000000000:role/other' })).toMatchObject({
      stateMachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:twice',
      creationDate: first.creationDate,
    });
  });

  contract(`${API}/API_CreateStateMachine.html`, 'refuses a name that another definition has', async () => {
    await create('taken', PASS);
    await expect(create('taken', WAIT)).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
  });

  contract(`${API}/API_CreateStateMachine.html`, 'refuses what is no definition', async () => {
    await expect(create('broken', '{')).rejects.toMatchObject({ name: 'InvalidDefinition' });
    await expect(create('empty', { StartAt: 'Only' })).rejects.toMatchObject({ name: 'InvalidDefinition' });
    const lost = { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } };
    await expect(create('lost', lost)).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining('there is no state B to go to'),
    });
  });

  contract(
    `${API}/API_CreateStateMachine.html`,
    'refuses a name with characters that it forbids',
    async () => {
      for (const name of ['with space', 'a:b', 'a*', 'x'.repeat(81)]) {
        await expect(create(name, PASS)).rejects.toMatchObject({ name: 'InvalidName' });
      }
    },
  );

  contract(`${API}/API_CreateStateMachine.html`, 'refuses an EXPRESS state machine by name', async () => {
    await expect(create('express', PASS, { type: 'EXPRESS' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('type'),
    });
  });

  contract(`${API}/API_DescribeStateMachine.html`, 'describes what was created', async () => {
    const { stateMachineArn } = await create('described', PASS);
    expect(await send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      stateMachineArn,
      name: 'described',
      status: 'ACTIVE',
      type: 'STANDARD',
      roleArn: ROLE_ARN,
      definition: JSON.stringify(PASS),
      creationDate: expect.any(Date),
    });
  });

  contract(`${API}/API_DescribeStateMachine.html`, 'tells an unknown ARN from one that is none', async () => {
    const unknown = 'arn:aws:states:eu-west-1:000000000000:stateMachine:unknown';
    await expect(send(new DescribeStateMachineCommand({ stateMachineArn: unknown }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(send(new DescribeStateMachineCommand({ stateMachineArn: 'unknown' }))).rejects.toMatchObject(
      {
        name: 'InvalidArn',
      },
    );
  });

  contract(
    `${API}/API_UpdateStateMachine.html`,
    'runs the new definition in executions that start after the update',
    async () => {
      const done = (Result: string) => ({
        StartAt: 'Wait',
        States: {
          Wait: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Done' },
          Done: { Type: 'Pass', Result, End: true },
        },
      });
      const stateMachineArn = await cloud.create(done('old'));
      const before = await start(stateMachineArn, 'before', '{"seconds":1}');
      await send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(done('new')) }));
      const after = await start(stateMachineArn, 'after', '{"seconds":0}');
      expect(await cloud.ended(after.executionArn ?? '')).toMatchObject({ output: '"new"' });
      expect(await cloud.ended(before.executionArn ?? '')).toMatchObject({ output: '"old"' });
    },
  );

  contract(`${API}/API_UpdateStateMachine.html`, 'refuses an update of nothing', async () => {
    const { stateMachineArn } = await create('unchanged', PASS);
    await expect(send(new UpdateStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'MissingRequiredParameter',
    });
  });

  contract(`${API}/API_ListStateMachines.html`, 'lists in pages', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await create(name, PASS);
    const names: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await cloud.client.send(new ListStateMachinesCommand({ maxResults: 2, nextToken }));
      expect(page.stateMachines?.length).toBeLessThanOrEqual(2);
      names.push(...(page.stateMachines ?? []).map(({ name }) => name));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(names.filter((name) => name?.startsWith('page-'))).toEqual(['page-1', 'page-2', 'page-3']);
  });

  contract(
    `${API}/API_DeleteStateMachine.html`,
    'deletes when the last execution has ended, and starts none until then',
    async () => {
      const { stateMachineArn } = await create('deleted', WAIT);
      const { executionArn } = await start(stateMachineArn ?? '');
      await send(new DeleteStateMachineCommand({ stateMachineArn }));
      expect(await send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
        status: 'DELETING',
      });
      await expect(start(stateMachineArn ?? '')).rejects.toMatchObject({ name: 'StateMachineDeleting' });
      await send(new StopExecutionCommand({ executionArn }));
      await expect(send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
        name: 'StateMachineDoesNotExist',
      });
      await send(new DeleteStateMachineCommand({ stateMachineArn }));
    },
  );
});

describe('executions', () => {
  contract(`${API}/API_StartExecution.html`, 'answers the same for a running name and input', async () => {
    const stateMachineArn = await cloud.create(WAIT);
    const first = await start(stateMachineArn, 'order-1', '{"a":1}');
    expect(first.executionArn).toMatch(
      /^arn:aws:states:eu-west-1:000000000000:execution:machine-\d+:order-1$/,
    );
    expect(await start(stateMachineArn, 'order-1', '{"a":1}')).toMatchObject({
      executionArn: first.executionArn,
      startDate: first.startDate,
    });
  });

  contract(`${API}/API_StartExecution.html`, 'refuses a running name with another input', async () => {
    const stateMachineArn = await cloud.create(WAIT);
    await start(stateMachineArn, 'order-1', '{"a":1}');
    await expect(start(stateMachineArn, 'order-1', '{"a":2}')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    });
  });

  contract(`${API}/API_StartExecution.html`, 'refuses the name and input of a closed execution', async () => {
    const stateMachineArn = await cloud.create(PASS);
    const { executionArn = '' } = await start(stateMachineArn, 'order-1');
    await cloud.ended(executionArn);
    await expect(start(stateMachineArn, 'order-1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  contract(`${API}/API_StartExecution.html`, 'gives an execution without a name a UUID', async () => {
    const { executionArn } = await start(await cloud.create(PASS));
    expect(executionArn).toMatch(/:[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  contract(
    `${API}/API_StartExecution.html`,
    'refuses forbidden names, and machines it does not know',
    async () => {
      const stateMachineArn = await cloud.create(PASS);
      for (const name of ['a b', 'a{b}', 'a/b', 'a\u0007', 'x'.repeat(81)]) {
        await expect(start(stateMachineArn, name)).rejects.toMatchObject({ name: 'InvalidName' });
      }
      await expect(start(`${stateMachineArn}-x`)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    },
  );

  contract(`${API}/API_StartExecution.html`, 'takes any JSON as input and nothing else', async () => {
    const stateMachineArn = await cloud.create(PASS);
    await expect(start(stateMachineArn, 'none', 'not JSON')).rejects.toMatchObject({
      name: 'InvalidExecutionInput',
    });
    const { executionArn = '' } = await start(stateMachineArn, 'null', 'null');
    expect(await cloud.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: 'null' });
  });

  contract(
    'step-functions/latest/dg/service-quotas.html',
    'takes 262,144 bytes of input and no more',
    async () => {
      const stateMachineArn = await cloud.create(PASS);
      const { executionArn = '' } = await start(stateMachineArn, 'full', `"${'x'.repeat(262_142)}"`);
      expect(await cloud.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
      await expect(start(stateMachineArn, 'over', `"${'é'.repeat(131_072)}"`)).rejects.toMatchObject({
        name: 'ValidationException',
      });
    },
  );

  contract(
    `${API}/API_DescribeExecution.html`,
    'describes input, output and dates of a success',
    async () => {
      const stateMachineArn = await cloud.create(PASS);
      const { executionArn = '', startDate } = await start(stateMachineArn, 'one', '{ "a": 1 }');
      const execution = await cloud.ended(executionArn);
      expect(execution).toMatchObject({
        executionArn,
        stateMachineArn,
        name: 'one',
        status: 'SUCCEEDED',
        startDate,
        input: '{ "a": 1 }',
        inputDetails: { included: true },
        output: '{"a":1}',
        outputDetails: { included: true },
      });
      expect(execution.stopDate?.getTime()).toBeGreaterThanOrEqual(startDate?.getTime() ?? Number.NaN);
    },
  );

  contract(`${API}/API_DescribeExecution.html`, 'does not know an execution that never was', async () => {
    const executionArn = 'arn:aws:states:eu-west-1:000000000000:execution:machine:unknown';
    for (const command of [
      new DescribeExecutionCommand({ executionArn }),
      new GetExecutionHistoryCommand({ executionArn }),
      new StopExecutionCommand({ executionArn }),
    ]) {
      await expect(send(command)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
    }
  });

  contract(`${API}/API_StopExecution.html`, 'ends a running execution with the given reason', async () => {
    const executionArn = await cloud.start(WAIT);
    const { stopDate } = await cloud.client.send(
      new StopExecutionCommand({ executionArn, error: 'Cancelled', cause: 'by the customer' }),
    );
    expect(await cloud.ended(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Cancelled',
      cause: 'by the customer',
      stopDate,
    });
    expect((await cloud.history(executionArn)).at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'Cancelled', cause: 'by the customer' },
    });
  });

  contract(`${API}/API_StopExecution.html`, 'ignores what a task answers after the stop', async () => {
    let answer = (_: unknown) => {};
    const stopped = await startCloud({
      functions: { slow: () => new Promise((resolve) => (answer = resolve)) },
    });
    const executionArn = await stopped.start({
      StartAt: 'Slow',
      States: { Slow: { Type: 'Task', Resource: functionArn('slow'), End: true } },
    });
    await until(async () => (await stopped.history(executionArn)).length === 4);
    await stopped.client.send(new StopExecutionCommand({ executionArn }));
    answer('late');
    expect(await stopped.ended(executionArn)).toMatchObject({ status: 'ABORTED' });
    expect(await stopped.history(executionArn)).toHaveLength(5);
    stopped.stop();
  });

  contract(`${API}/API_StartSyncExecution.html`, 'refuses StartSyncExecution by name', async () => {
    const stateMachineArn = await cloud.create(PASS);
    const command = new StartSyncExecutionCommand({ stateMachineArn });
    // Else the SDK puts `sync-` before the host, which resolves to nothing here.
    command.middlewareStack.add(
      (next) => (given) => {
        const request = given.request as { hostname: string };
        request.hostname = '127.0.0.1';
        return next(given);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await expect(send(command)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'The local cloud does not emulate states (StartSyncExecution).',
    });
  });
});

describe('listings', () => {
  contract(`${API}/API_ListExecutions.html`, 'lists the newest first, in pages', async () => {
    const stateMachineArn = await cloud.create(PASS);
    for (const name of ['first', 'second', 'third']) await start(stateMachineArn, name);
    const one = await cloud.client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 2 }));
    expect(one.executions?.map(({ name }) => name)).toEqual(['third', 'second']);
    const two = await cloud.client.send(
      new ListExecutionsCommand({ stateMachineArn, maxResults: 2, nextToken: one.nextToken }),
    );
    expect(two.executions?.map(({ name }) => name)).toEqual(['first']);
    expect(two.nextToken).toBeUndefined();
  });

  contract(`${API}/API_ListExecutions.html`, 'lists by status', async () => {
    const stateMachineArn = await cloud.create(WAIT);
    const { executionArn } = await start(stateMachineArn, 'stopped');
    await start(stateMachineArn, 'running');
    await send(new StopExecutionCommand({ executionArn }));
    const names = async (statusFilter: 'RUNNING' | 'ABORTED' | 'FAILED') => {
      const page = await cloud.client.send(new ListExecutionsCommand({ stateMachineArn, statusFilter }));
      return page.executions?.map(({ name }) => name);
    };
    expect(await names('RUNNING')).toEqual(['running']);
    expect(await names('ABORTED')).toEqual(['stopped']);
    expect(await names('FAILED')).toEqual([]);
  });

  contract(`${API}/API_ListExecutions.html`, 'refuses the token of another listing', async () => {
    const stateMachineArn = await cloud.create(PASS);
    for (const name of ['first', 'second']) await start(stateMachineArn, name);
    const { nextToken } = await cloud.client.send(
      new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }),
    );
    const other = { stateMachineArn, statusFilter: 'RUNNING', nextToken } as const;
    await expect(send(new ListExecutionsCommand(other))).rejects.toMatchObject({ name: 'InvalidToken' });
    const bad = { stateMachineArn, nextToken: 'bad' };
    await expect(send(new ListExecutionsCommand(bad))).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  contract(`${API}/API_ListExecutions.html`, 'takes at most 1,000 for a page', async () => {
    const stateMachineArn = await cloud.create(PASS);
    await expect(
      send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1_001 })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

describe('history', () => {
  contract(`${API}/API_GetExecutionHistory.html`, 'tells of a function by its ARN in order', async () => {
    const executionArn = await cloud.start(
      {
        StartAt: 'Echo',
        States: { Echo: { Type: 'Task', Resource: functionArn('echo'), TimeoutSeconds: 9, End: true } },
      },
      { a: 1 },
    );
    await cloud.ended(executionArn);
    const whole = { truncated: false };
    const timestamp = expect.any(Date);
    const at = (id: number, previousEventId: number, type: string) => ({
      id,
      previousEventId,
      type,
      timestamp,
    });
    expect(await cloud.history(executionArn)).toEqual([
      {
        ...at(1, 0, 'ExecutionStarted'),
        executionStartedEventDetails: { input: '{"a":1}', inputDetails: whole, roleArn: ROLE_ARN },
      },
      {
        ...at(2, 0, 'TaskStateEntered'),
        stateEnteredEventDetails: { name: 'Echo', input: '{"a":1}', inputDetails: whole },
      },
      {
        ...at(3, 2, 'LambdaFunctionScheduled'),
        lambdaFunctionScheduledEventDetails: {
          resource: functionArn('echo'),
          input: '{"a":1}',
          inputDetails: whole,
          timeoutInSeconds: 9,
        },
      },
      at(4, 3, 'LambdaFunctionStarted'),
      {
        ...at(5, 4, 'LambdaFunctionSucceeded'),
        lambdaFunctionSucceededEventDetails: { output: '{"a":1}', outputDetails: whole },
      },
      {
        ...at(6, 5, 'TaskStateExited'),
        stateExitedEventDetails: { name: 'Echo', output: '{"a":1}', outputDetails: whole },
      },
      {
        ...at(7, 6, 'ExecutionSucceeded'),
        executionSucceededEventDetails: { output: '{"a":1}', outputDetails: whole },
      },
    ]);
  });

  contract(`${API}/API_GetExecutionHistory.html`, 'answers in reverse order and in pages', async () => {
    const executionArn = await cloud.start(PASS);
    await cloud.ended(executionArn);
    const page = (nextToken?: string) =>
      cloud.client.send(
        new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 3, nextToken }),
      );
    const first = await page();
    expect(first.events?.map(({ type }) => type)).toEqual([
      'ExecutionSucceeded',
      'PassStateExited',
      'PassStateEntered',
    ]);
    const second = await page(first.nextToken);
    expect(second.events?.map(({ type }) => type)).toEqual(['ExecutionStarted']);
    expect(second.nextToken).toBeUndefined();
  });

  contract(
    `${API}/API_GetExecutionHistory.html`,
    'leaves data out when it is not to be included',
    async () => {
      const executionArn = await cloud.start(PASS, { secret: 1 });
      await cloud.ended(executionArn);
      const command = new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false });
      const { events } = await cloud.client.send(command);
      expect(events).toHaveLength(4);
      expect(JSON.stringify(events)).not.toContain('secret');
    },
  );

  contract(
    'step-functions/latest/dg/service-quotas.html',
    'fails an execution whose history would have more than 25,000 events',
    async () => {
      const loop = { Type: 'Choice', Choices: [{ Variable: '$.on', BooleanEquals: true, Next: 'Again' }] };
      const definition = {
        StartAt: 'Again',
        States: {
          Again: { Type: 'Pass', Next: 'Loop' },
          Loop: { ...loop, Default: 'Done' },
          Done: { Type: 'Succeed' },
        },
      };
      const executionArn = await cloud.start(definition, { on: true });
      expect(await cloud.ended(executionArn)).toMatchObject({
        status: 'FAILED',
        error: 'States.Runtime',
        cause: 'The execution reached the maximum number of history events (25000).',
      });
      const command = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 });
      const { events } = await cloud.client.send(command);
      expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }]);
    },
  );
});
