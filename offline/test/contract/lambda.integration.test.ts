import { text } from 'node:stream/consumers';
import {
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type Serving, serve } from '../../serve.ts';
import { type LocalCloud, startLocalCloud } from '../../testing/local-cloud.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const INVOKE = 'lambda/latest/api/API_Invoke.html';
const ASYNC = 'lambda/latest/dg/invocation-async-error-handling.html';
const DESTINATIONS = 'lambda/latest/dg/invocation-async-retain-records.html';

let cloud: LocalCloud;
let lambda: LambdaClient;
let probe: Serving;
const heard: { path: string; body: unknown }[] = [];

/** A module whose handler tells the test what it was invoked with, and then does what is given. */
const telling = (then: string) => `
  export const handler = async (event, context) => {
    await fetch(process.env.PROBE + '/' + context.functionName, { method: 'POST', body: JSON.stringify(event) });
    ${then}
  };`;

const heardBy = (name: string) =>
  heard.filter(({ path }) => path === `/test-${name}`).map(({ body }) => body);

beforeAll(async () => {
  probe = await serve(0, async (request, response) => {
    heard.push({ path: request.url ?? '', body: JSON.parse(await text(request)) });
    response.end();
  });
  const environment = { PROBE: probe.url };
  const fails = telling("throw new RangeError('too far')");
  cloud = await startLocalCloud({
    functions: {
      echo: { environment, code: 'export const handler = async (event) => ({ event })' },
      tells: { environment, code: telling('return 1') },
      throws: { environment, code: "export const handler = async () => { throw new RangeError('too far') }" },
      slow: { environment, timeout: 1, code: 'export const handler = () => new Promise(() => {})' },
      failsThrice: { environment, code: fails, destinations: { onFailure: 'tells' } },
      failsOnce: { environment, code: fails, maximumRetryAttempts: 0, destinations: { onFailure: 'tells' } },
      succeeds: { environment, code: telling("return 'fine'"), destinations: { onSuccess: 'tells' } },
    },
  });
  lambda = new LambdaClient({ maxAttempts: 1 });
});
afterAll(async () => {
  lambda.destroy();
  await cloud.stop();
  probe.close();
});

const invoke = (input: InvokeCommandInput) => lambda.send(new InvokeCommand(input));
const payloadOf = ({ Payload }: { Payload?: Uint8Array | undefined }) =>
  JSON.parse(Buffer.from(Payload ?? []).toString());

describe('Invoke', () => {
  contract(INVOKE, 'answers 200 with what the function returns', async () => {
    const output = await invoke({ FunctionName: 'test-echo', Payload: Buffer.from('{"a":1}') });
    expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(output.FunctionError).toBeUndefined();
    expect(payloadOf(output)).toEqual({ event: { a: 1 } });
  });

  contract(INVOKE, 'takes the ARN, the partial ARN, and the qualifier $LATEST', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:test-echo';
    for (const FunctionName of [arn, `${arn}:$LATEST`, '000000000000:function:test-echo']) {
      expect(payloadOf(await invoke({ FunctionName, Payload: Buffer.from('2') }))).toEqual({ event: 2 });
    }
    expect(payloadOf(await invoke({ FunctionName: 'test-echo', Qualifier: '$LATEST' }))).toEqual({
      event: {},
    });
  });

  contract(INVOKE, 'answers 200 with FunctionError and the error when the function throws', async () => {
    const output = await invoke({ FunctionName: 'test-throws' });
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(payloadOf(output)).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
  });

  contract(
    'lambda/latest/dg/nodejs-exceptions.html',
    'gives the stack trace of an error as a list',
    async () => {
      const { trace } = payloadOf(await invoke({ FunctionName: 'test-throws' }));
      expect(trace[0]).toBe('RangeError: too far');
    },
  );

  contract('lambda/latest/dg/configuration-timeout.html', 'ends a function at its time-out', async () => {
    const output = await invoke({ FunctionName: 'test-slow' });
    expect(output.FunctionError).toBe('Unhandled');
    expect(payloadOf(output)).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out/),
    });
  });

  contract(INVOKE, 'answers ResourceNotFoundException 404 for a function that is not there', async () => {
    await expect(invoke({ FunctionName: 'test-none' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
      message: 'Function not found: test-none',
    });
    await expect(invoke({ FunctionName: 'test-echo', Qualifier: 'live' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  contract(INVOKE, 'answers InvalidRequestContentException for a body that is no JSON', async () => {
    await expect(invoke({ FunctionName: 'test-echo', Payload: Buffer.from('{no') })).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
  });

  contract(INVOKE, 'answers 204 to a dry run, and runs nothing', async () => {
    expect(await invoke({ FunctionName: 'test-tells', InvocationType: 'DryRun' })).toMatchObject({
      StatusCode: 204,
    });
    expect(heardBy('tells')).toEqual([]);
  });

  contract(INVOKE, 'answers 202 to an asynchronous invocation, which happens later', async () => {
    const output = await invoke({
      FunctionName: 'test-tells',
      InvocationType: 'Event',
      Payload: Buffer.from('{"b":2}'),
    });
    expect(output.StatusCode).toBe(202);
    await until(() => heardBy('tells').length === 1);
    expect(heardBy('tells')).toEqual([{ b: 2 }]);
  });

  contract(
    'lambda/latest/dg/gettingstarted-limits.html',
    'takes an asynchronous event of at most 1 MB',
    async () => {
      const Payload = Buffer.from(JSON.stringify('x'.repeat(1024 * 1024)));
      await expect(
        invoke({ FunctionName: 'test-echo', InvocationType: 'Event', Payload }),
      ).rejects.toMatchObject({ name: 'RequestTooLargeException' });
    },
  );

  contract(INVOKE, 'names an operation that is not emulated', async () => {
    await expect(lambda.send(new ListFunctionsCommand())).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'The local cloud does not emulate lambda (GET /2015-03-31/functions).',
    });
  });
});

describe('an asynchronous invocation', () => {
  contract(DESTINATIONS, 'that succeeds is recorded at the destination for successes', async () => {
    await invoke({ FunctionName: 'test-succeeds', InvocationType: 'Event', Payload: Buffer.from('{"c":3}') });
    await until(() => heardBy('tells').some((record) => 'requestContext' in (record as object)));
    expect(heardBy('tells').at(-1)).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:test-succeeds:$LATEST',
        condition: 'Success',
        approximateInvokeCount: 1,
      },
      requestPayload: { c: 3 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: 'fine',
    });
  });

  contract(
    ASYNC,
    'that fails is tried twice more, and then recorded at the destination for failures',
    async () => {
      await invoke({
        FunctionName: 'test-failsThrice',
        InvocationType: 'Event',
        Payload: Buffer.from('{"d":4}'),
      });
      const failures = () => heardBy('tells').filter((record) => conditionOf(record) === 'RetriesExhausted');
      await until(() => failures().length === 1);
      expect(heardBy('failsThrice')).toEqual([{ d: 4 }, { d: 4 }, { d: 4 }]);
      expect(failures()[0]).toMatchObject({
        requestContext: { approximateInvokeCount: 3 },
        requestPayload: { d: 4 },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: { errorType: 'RangeError', errorMessage: 'too far' },
      });
    },
  );

  contract(
    'lambda/latest/api/API_PutFunctionEventInvokeConfig.html',
    'is not tried again with no retry attempts',
    async () => {
      await invoke({
        FunctionName: 'test-failsOnce',
        InvocationType: 'Event',
        Payload: Buffer.from('{"e":5}'),
      });
      const isOver = (record: unknown) =>
        (record as { requestPayload?: { e?: number } }).requestPayload?.e === 5;
      await until(() => heardBy('tells').some(isOver));
      expect(heardBy('failsOnce')).toEqual([{ e: 5 }]);
    },
  );
});

const conditionOf = (record: unknown) =>
  (record as { requestContext?: { condition?: string } }).requestContext?.condition;
