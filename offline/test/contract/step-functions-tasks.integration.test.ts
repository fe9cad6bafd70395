import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { AwsError } from '../../aws/error.ts';
import { type Cloud, failing, functionArn, startCloud } from '../../services/step-functions/testing/cloud.ts';
import { FakeClock } from '../../services/step-functions/testing/fake-clock.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const GUIDE = 'step-functions/latest/dg';
const API = 'step-functions/latest/apireference';
const CALL_BACK = `${GUIDE}/connect-to-resource.html`;

let cloud: Cloud;
let clock: FakeClock;
let payloads: unknown[] = [];
/** What services were asked, and what they answer or fail with next. */
let requests: unknown[][] = [];
let answer: () => object = () => ({});

beforeAll(async () => {
  clock = new FakeClock('2026-03-01T12:00:00.000Z');
  cloud = await startCloud({
    clock,
    functions: {
      remember(payload) {
        payloads.push(payload);
        return { remembered: true };
      },
      failing: () => failing('ValidationError', 'no'),
    },
    services: {
      async json<Output>(service: string, target: string, input: object) {
        if (service === 'states') return cloud.aws.json<Output>(service, target, input);
        requests.push([service, target, input]);
        return answer() as Output;
      },
      async query(service, action, parameters) {
        requests.push([service, action, parameters]);
        answer();
        return '<PublishResponse><MessageId>m-1</MessageId></PublishResponse>';
      },
    },
  });
});
beforeEach(() => {
  payloads = [];
  requests = [];
  answer = () => ({});
});
afterAll(() => cloud.stop());

const only = (state: object, others: object = {}) => ({
  StartAt: 'Only',
  States: { Only: state, ...others },
});
const task = (resource: string, Parameters: object, more: object = {}) =>
  only({ Type: 'Task', Resource: `arn:aws:states:::${resource}`, Parameters, End: true, ...more });
const METADATA = {
  SdkHttpMetadata: { HttpStatusCode: 200 },
  SdkResponseMetadata: { RequestId: expect.any(String) },
};

describe('a task that waits for its token', () => {
  const waiting = (more: object = {}) =>
    task(
      'lambda:invoke.waitForTaskToken',
      {
        FunctionName: functionArn('remember'),
        Payload: { 'token.$': '$$.Task.Token', 'order.$': '$.order' },
      },
      more,
    );
  const begin = async (more: object = {}) => {
    const executionArn = await cloud.start(waiting(more), { order: 1 });
    await until(() => payloads.length > 0);
    const { token: taskToken } = payloads[0] as { token: string };
    return { executionArn, taskToken };
  };

  contract(CALL_BACK, 'goes on with what SendTaskSuccess brings', async () => {
    const { executionArn, taskToken } = await begin({ ResultPath: '$.result' });
    await cloud.client.send(new SendTaskSuccessCommand({ taskToken, output: '{"ok":true}' }));
    expect(await cloud.ended(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"order":1,"result":{"ok":true}}',
    });
    expect((await cloud.history(executionArn)).slice(2, 6)).toMatchObject([
      {
        type: 'TaskScheduled',
        taskScheduledEventDetails: {
          resourceType: 'lambda',
          resource: 'invoke.waitForTaskToken',
          region: 'eu-west-1',
        },
      },
      { type: 'TaskStarted', taskStartedEventDetails: { resourceType: 'lambda' } },
      { type: 'TaskSubmitted', taskSubmittedEventDetails: { output: expect.stringContaining('remembered') } },
      { type: 'TaskSucceeded', taskSucceededEventDetails: { output: '{"ok":true}' } },
    ]);
  });

  contract(
    `${API}/API_SendTaskFailure.html`,
    'fails with what SendTaskFailure says, for retries and catchers',
    async () => {
      const { executionArn, taskToken } = await begin({
        Retry: [{ ErrorEquals: ['Declined'], MaxAttempts: 1 }],
      });
      await cloud.client.send(
        new SendTaskFailureCommand({ taskToken, error: 'Declined', cause: 'no funds' }),
      );
      expect(await clock.next()).toBe(1_000);
      await until(() => payloads.length > 1);
      const { token: second } = payloads[1] as { token: string };
      expect(second).not.toBe(taskToken);
      await cloud.client.send(
        new SendTaskFailureCommand({ taskToken: second, error: 'Declined', cause: 'no funds' }),
      );
      expect(await cloud.ended(executionArn)).toMatchObject({
        status: 'FAILED',
        error: 'Declined',
        cause: 'no funds',
      });
    },
  );

  contract(CALL_BACK, 'fails with States.Timeout when no heartbeat comes in time', async () => {
    const { executionArn } = await begin({ HeartbeatSeconds: 600 });
    expect(await clock.next()).toBe(600_000);
    expect(await cloud.ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect((await cloud.history(executionArn)).at(-2)).toMatchObject({
      type: 'TaskTimedOut',
      taskTimedOutEventDetails: { resourceType: 'lambda', error: 'States.Timeout' },
    });
  });

  contract(
    `${GUIDE}/concepts-error-handling.html`,
    'lets States.HeartbeatTimeout catch a lost heartbeat alone',
    async () => {
      const Catch = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Caught' }];
      const definition = (times: object) => {
        const { StartAt, States } = waiting({ Catch, ...times });
        return { StartAt, States: { ...States, Caught: { Type: 'Succeed' } } };
      };
      const silent = await cloud.start(definition({ HeartbeatSeconds: 5, TimeoutSeconds: 60 }), { order: 1 });
      expect(await clock.next()).toBe(5_000);
      expect(await cloud.ended(silent)).toMatchObject({ status: 'SUCCEEDED' });
      const slow = await cloud.start(definition({ TimeoutSeconds: 60 }), { order: 1 });
      expect(await clock.next()).toBe(60_000);
      expect(await cloud.ended(slow)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    },
  );

  contract(
    `${API}/API_SendTaskHeartbeat.html`,
    'begins the heartbeat anew with each one, but not the time-out',
    async () => {
      const { executionArn, taskToken } = await begin({ HeartbeatSeconds: 50, TimeoutSeconds: 70 });
      await until(async () => (await cloud.history(executionArn)).length === 5);
      clock.advance(40_000);
      await cloud.client.send(new SendTaskHeartbeatCommand({ taskToken }));
      expect(await clock.next()).toBe(30_000);
      expect(await cloud.ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    },
  );

  contract(`${API}/API_SendTaskSuccess.html`, 'refuses a token that it never gave', async () => {
    const unknown = new SendTaskSuccessCommand({ taskToken: 'bm8gdG9rZW4=', output: '{}' });
    await expect(cloud.client.send(unknown)).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  contract(`${API}/API_SendTaskSuccess.html`, 'refuses the token of a task that is over', async () => {
    const { executionArn, taskToken } = await begin();
    await cloud.client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    const again = { taskToken, output: '{}' };
    await expect(cloud.client.send(new SendTaskSuccessCommand(again))).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
    await cloud.ended(executionArn);
    for (const command of [
      new SendTaskFailureCommand({ taskToken }),
      new SendTaskHeartbeatCommand({ taskToken }),
    ]) {
      await expect(cloud.client.send(command as SendTaskHeartbeatCommand)).rejects.toMatchObject({
        name: 'TaskTimedOut',
      });
    }
  });

  contract(
    `${API}/API_SendTaskSuccess.html`,
    'refuses the token of an execution that does not exist',
    async () => {
      const { executionArn, taskToken } = await begin();
      const other = Buffer.from(taskToken, 'base64').toString().replace(executionArn, `${executionArn}-gone`);
      const command = new SendTaskSuccessCommand({
        taskToken: Buffer.from(other).toString('base64'),
        output: '{}',
      });
      await expect(cloud.client.send(command)).rejects.toMatchObject({ name: 'TaskDoesNotExist' });
    },
  );

  contract(`${API}/API_SendTaskSuccess.html`, 'refuses an output that is no JSON, and waits on', async () => {
    const { executionArn, taskToken } = await begin();
    const command = new SendTaskSuccessCommand({ taskToken, output: 'ok' });
    await expect(cloud.client.send(command)).rejects.toMatchObject({ name: 'InvalidOutput' });
    const described = await cloud.client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described.status).toBe('RUNNING');
  });
});

describe('a task that calls a service', () => {
  contract(
    `${GUIDE}/connect-lambda.html`,
    'lambda:invoke answers with the payload and the status',
    async () => {
      const parameters = { FunctionName: 'remember', 'Payload.$': '$' };
      expect(await cloud.outcome(task('lambda:invoke', parameters), { a: 1 })).toEqual({
        ExecutedVersion: '$LATEST',
        Payload: { remembered: true },
        StatusCode: 200,
        ...METADATA,
      });
      expect(payloads).toEqual([{ a: 1 }]);
      const latest = only({ Type: 'Task', Resource: `${functionArn('remember')}:$LATEST`, End: true });
      expect(await cloud.outcome(latest)).toEqual({ remembered: true });
      expect(await cloud.outcome(task('lambda:invoke', { FunctionName: 'failing' }))).toEqual({
        status: 'FAILED',
        error: 'ValidationError',
        cause: '{"errorType":"ValidationError","errorMessage":"no","trace":[]}',
      });
    },
  );

  contract(`${GUIDE}/connect-sqs.html`, 'sqs:sendMessage sends an object as JSON text', async () => {
    answer = () => ({ MessageId: 'm-1', MD5OfMessageBody: 'd4' });
    const QueueUrl = 'http://127.0.0.1:4566/000000000000/orders';
    const parameters = { QueueUrl, MessageBody: { 'id.$': '$.id' }, DelaySeconds: 5 };
    expect(await cloud.outcome(task('sqs:sendMessage', parameters), { id: 7 })).toEqual({
      MessageId: 'm-1',
      MD5OfMessageBody: 'd4',
      ...METADATA,
    });
    expect(requests).toEqual([
      ['sqs', 'AmazonSQS.SendMessage', { QueueUrl, MessageBody: '{"id":7}', DelaySeconds: 5 }],
    ]);
  });

  contract(`${GUIDE}/connect-sqs.html`, 'sqs:sendMessage.waitForTaskToken sends the token', async () => {
    const parameters = { QueueUrl: 'q', MessageBody: { 'TaskToken.$': '$$.Task.Token' } };
    const executionArn = await cloud.start(task('sqs:sendMessage.waitForTaskToken', parameters));
    await until(() => requests.length > 0);
    const [[, , { MessageBody }]] = requests as [[string, string, { MessageBody: string }]];
    const { TaskToken: taskToken } = JSON.parse(MessageBody);
    await cloud.client.send(new SendTaskSuccessCommand({ taskToken, output: '1' }));
    expect(await cloud.ended(executionArn)).toMatchObject({ output: '1' });
  });

  contract(`${GUIDE}/connect-sns.html`, 'sns:publish publishes with attributes', async () => {
    const parameters = {
      TopicArn: 'arn:aws:sns:eu-west-1:000000000000:topic',
      Message: { a: 1 },
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'order' } },
    };
    expect(await cloud.outcome(task('sns:publish', parameters))).toEqual({ MessageId: 'm-1', ...METADATA });
    expect(requests).toEqual([
      [
        'sns',
        'Publish',
        {
          TopicArn: 'arn:aws:sns:eu-west-1:000000000000:topic',
          Message: '{"a":1}',
          'MessageAttributes.entry.1.Name': 'kind',
          'MessageAttributes.entry.1.Value.DataType': 'String',
          'MessageAttributes.entry.1.Value.StringValue': 'order',
        },
      ],
    ]);
  });

  contract(
    `${GUIDE}/connect-eventbridge.html`,
    'events:putEvents adds the execution and the state machine',
    async () => {
      answer = () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
      const Entries = [
        { Detail: { Message: 'MyMessage' }, DetailType: 'T', EventBusName: 'B', Source: 'my.source' },
      ];
      const executionArn = await cloud.start(task('events:putEvents', { Entries }));
      const { stateMachineArn } = await cloud.ended(executionArn);
      expect(requests).toEqual([
        [
          'events',
          'AWSEvents.PutEvents',
          {
            Entries: [
              {
                Detail: '{"Message":"MyMessage"}',
                DetailType: 'T',
                EventBusName: 'B',
                Source: 'my.source',
                Resources: [executionArn, stateMachineArn],
              },
            ],
          },
        ],
      ]);
    },
  );

  contract(`${GUIDE}/connect-eventbridge.html`, 'events:putEvents fails when an entry failed', async () => {
    answer = () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
    expect(await cloud.outcome(task('events:putEvents', { Entries: [{ Detail: {} }] }))).toEqual({
      status: 'FAILED',
      error: 'EventBridge.FailedEntry',
      cause: '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]}',
    });
  });

  contract(
    `${GUIDE}/connect-ddb.html`,
    'dynamodb:updateItem passes its parameters on, and names its errors',
    async () => {
      const parameters = { TableName: 't', Key: { id: { 'S.$': '$.id' } }, UpdateExpression: 'SET a = :a' };
      const definition = task('dynamodb:updateItem', parameters);
      answer = () => ({ Attributes: {} });
      expect(await cloud.outcome(definition, { id: 'x' })).toEqual({ Attributes: {}, ...METADATA });
      expect(requests).toEqual([
        [
          'dynamodb',
          'DynamoDB_20120810.UpdateItem',
          { TableName: 't', Key: { id: { S: 'x' } }, UpdateExpression: 'SET a = :a' },
        ],
      ]);
      answer = () => {
        throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed');
      };
      expect(await cloud.outcome(definition, { id: 'x' })).toEqual({
        status: 'FAILED',
        error: 'DynamoDB.ConditionalCheckFailedException',
        cause: 'The conditional request failed',
      });
    },
  );

  contract(
    `${GUIDE}/connect-stepfunctions.html`,
    'states:startExecution starts and does not wait',
    async () => {
      const StateMachineArn = await cloud.create(only({ Type: 'Wait', Seconds: 9, End: true }), 'child');
      const definition = task('states:startExecution', { StateMachineArn, Name: 'child-1', 'Input.$': '$' });
      const child = 'arn:aws:states:eu-west-1:000000000000:execution:child:child-1';
      expect(await cloud.outcome(definition, { a: 1 })).toMatchObject({
        ExecutionArn: child,
        StartDate: clock.now(),
      });
      const { input, status } = await cloud.client.send(
        new DescribeExecutionCommand({ executionArn: child }),
      );
      expect([input, status]).toEqual(['{"a":1}', 'RUNNING']);
      expect(await cloud.outcome(definition, { a: 2 })).toMatchObject({
        error: 'StepFunctions.ExecutionAlreadyExistsException',
      });
    },
  );

  contract(`${GUIDE}/integrate-optimized.html`, 'refuses what it cannot call, by name', async () => {
    const refusal = (resource: string, parameters: object, more: object = {}) =>
      cloud.create(task(resource, parameters, more)).catch(({ name, message }) => `${name} ${message}`);
    expect(await refusal('ecs:runTask.sync', {})).toContain(
      'States.Only: the local cloud does not support the resource arn:aws:states:::ecs:runTask.sync',
    );
    expect(await refusal('dynamodb:getItem.waitForTaskToken', {})).toContain(
      'dynamodb:getItem.waitForTaskToken',
    );
    expect(await refusal('lambda:invoke', { FunctionName: 'f', Qualifier: 'prod' })).toContain('Qualifier');
    expect(await refusal('sqs:sendMessage', { QueueUrl: 'q' })).toContain('without MessageBody');
    expect(await refusal('lambda:invoke', { FunctionName: 'f' }, { Credentials: {} })).toContain(
      'the local cloud does not support States.Only.Credentials',
    );
    const alias = only({ Type: 'Task', Resource: `${functionArn('f')}:prod`, End: true });
    await expect(cloud.create(alias)).rejects.toMatchObject({ name: 'InvalidDefinition' });
  });
});
