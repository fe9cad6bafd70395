import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type AwsClient, awsClient } from '../../../aws/client.ts';
import { startAwsEndpoint } from '../../../aws/endpoint.ts';
import { AwsError } from '../../../aws/error.ts';
import { describeError } from '../../../lambda/function-error.ts';
import { openStore } from '../../../store.ts';
import { until } from '../../../test/processes.ts';
import type { Clock } from '../clock.ts';
import { startStepFunctions } from '../index.ts';

export const REGION = 'eu-west-1';
export const ROLE_ARN = 'arn:aws:iam::000000000000:role/workflow';
export const functionArn = (name: string) => `arn:aws:lambda:${REGION}:000000000000:function:${name}`;

/** What a function does; what it throws is its error. */
export type Handler = (payload: unknown) => unknown;

/** A state machine's error of the given name, as code throws it. */
export function failing(name: string, message: string): never {
  throw Object.assign(new Error(message), { name, stack: undefined });
}

/** Step Functions behind the endpoint, with functions and services that a test gives. */
export async function startCloud(options: {
  functions?: Readonly<Record<string, Handler>>;
  clock?: Clock;
  random?: () => number;
  folder?: string;
  services?: Partial<AwsClient>;
}) {
  const { functions = {}, clock, random, folder, services } = options;
  let aws: AwsClient | undefined;
  const store = openStore(folder);
  const stepFunctions = startStepFunctions({
    region: REGION,
    store,
    ...(clock && { clock }),
    ...(random && { random }),
    async invoke(arn, payload) {
      const handler = functions[arn.split(':').at(-1) ?? ''];
      if (!handler) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
      try {
        return { payload: JSON.stringify((await handler(payload)) ?? null) };
      } catch (error) {
        return { error: describeError(error) };
      }
    },
    aws() {
      if (!aws) throw new Error('The endpoint has not started.');
      return { ...aws, ...services };
    },
  });
  const server = await startAwsEndpoint(0, [stepFunctions.api]);
  aws = awsClient(server.url, REGION);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SFNClient({ endpoint: server.url, region: REGION, credentials, maxAttempts: 1 });
  stepFunctions.resume();
  let created = 0;

  return {
    client,
    stepFunctions,
    aws,
    /** Ends it without a word, as a killed process would. */
    stop() {
      stepFunctions.stop();
      client.destroy();
      server.close();
      store.close();
    },
    async create(definition: object, name = `machine-${++created}`): Promise<string> {
      const command = new CreateStateMachineCommand({
        name,
        definition: JSON.stringify(definition),
        roleArn: ROLE_ARN,
      });
      return (await client.send(command)).stateMachineArn ?? '';
    },
    /** Starts an execution of a new state machine. */
    async start(definition: object, input: unknown = {}, name?: string): Promise<string> {
      const stateMachineArn = await this.create(definition);
      const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name });
      return (await client.send(command)).executionArn ?? '';
    },
    async ended(executionArn: string): Promise<DescribeExecutionCommandOutput> {
      let execution: DescribeExecutionCommandOutput | undefined;
      await until(async () => {
        execution = await client.send(new DescribeExecutionCommand({ executionArn }));
        return execution.status !== 'RUNNING';
      });
      if (!execution) throw new Error('There is no execution.');
      return execution;
    },
    /** The output, or the error, of an execution from its start to its end. */
    async outcome(definition: object, input: unknown = {}): Promise<unknown> {
      const { output, error, cause, status } = await this.ended(await this.start(definition, input));
      return output === undefined ? { status, error, cause } : JSON.parse(output);
    },
    async history(executionArn: string): Promise<HistoryEvent[]> {
      const command = new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 });
      return (await client.send(command)).events ?? [];
    },
  };
}

export type Cloud = Awaited<ReturnType<typeof startCloud>>;
