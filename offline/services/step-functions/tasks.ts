import { randomUUID } from 'node:crypto';
import type { AwsClient } from '../../aws/client.ts';
import { AwsError } from '../../aws/error.ts';
import { isRecord } from '../../cloudformation/template.ts';
import type { Outcome } from '../../lambda/instance.ts';
import { StateFailure } from './failure.ts';

/** What tasks do their work with. */
export interface TaskPorts {
  /** @throws AwsError ResourceNotFoundException when there is no such function */
  readonly invoke: (functionArn: string, payload: unknown) => Promise<Outcome>;
  /** Other AWS services; asked for with each call, since their endpoint starts later. */
  readonly aws: () => AwsClient;
}

/** The execution that a task belongs to. */
export interface Caller {
  readonly executionArn: string;
  readonly machineArn: string;
}

type Parameters = Readonly<Record<string, unknown>>;

/** A service that Step Functions calls itself: the part of a resource behind `arn:aws:states:::`. */
interface Integration {
  /** What its errors are called by: `SQS` of `SQS.QueueDoesNotExistException`. */
  readonly errors: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly call: (parameters: Parameters, ports: TaskPorts, caller: Caller) => Promise<object>;
}

const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(?::\$LATEST)?$/;
const INTEGRATION_ARN = /^arn:aws[\w-]*:states:::(\w+:\w+)(\.waitForTaskToken)?$/;

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html */
function dynamoDb(operation: string, required: string, optional: readonly string[]): Integration {
  return {
    errors: 'DynamoDB',
    required: ['TableName', required],
    optional: ['ExpressionAttributeNames', 'ReturnConsumedCapacity', ...optional],
    call: (parameters, { aws }) => aws().json('dynamodb', `DynamoDB_20120810.${operation}`, parameters),
  };
}
const WRITING = ['ConditionExpression', 'ExpressionAttributeValues', 'ReturnValues'];
const MESSAGE = ['MessageAttributes', 'MessageDeduplicationId', 'MessageGroupId'];

/** https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html */
const INTEGRATIONS: Readonly<Record<string, Integration>> = {
  'lambda:invoke': {
    errors: 'Lambda',
    required: ['FunctionName'],
    optional: ['Payload'],
    async call({ FunctionName, Payload = {} }, ports) {
      const answer = await invoke(String(FunctionName), Payload, ports);
      return { ExecutedVersion: '$LATEST', Payload: answer, StatusCode: 200 };
    },
  },
  'sqs:sendMessage': {
    errors: 'SQS',
    required: ['QueueUrl', 'MessageBody'],
    optional: ['DelaySeconds', ...MESSAGE],
    call({ MessageBody, ...rest }, { aws }) {
      return aws().json('sqs', 'AmazonSQS.SendMessage', { ...rest, MessageBody: textOf(MessageBody) });
    },
  },
  'sns:publish': {
    errors: 'SNS',
    required: ['TopicArn', 'Message'],
    optional: ['MessageStructure', 'Subject', ...MESSAGE],
    async call(parameters, { aws }) {
      const xml = await aws().query('sns', 'Publish', publication(parameters));
      return { MessageId: /<MessageId>([^<]*)</.exec(xml)?.[1] };
    },
  },
  'events:putEvents': {
    errors: 'EventBridge',
    required: ['Entries'],
    optional: [],
    async call({ Entries }, { aws }, { executionArn, machineArn }) {
      const entries = [Entries].flat().map((entry) => {
        const { Detail, Resources = [], ...rest } = isRecord(entry) ? entry : {};
        // https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
        return { ...rest, Detail: textOf(Detail), Resources: [Resources, executionArn, machineArn].flat() };
      });
      const output = await aws().json('events', 'AWSEvents.PutEvents', { Entries: entries });
      if (Number(output.FailedEntryCount) === 0) return output;
      throw new StateFailure('EventBridge.FailedEntry', JSON.stringify(output));
    },
  },
  'dynamodb:getItem': dynamoDb('GetItem', 'Key', ['ConsistentRead', 'ProjectionExpression']),
  'dynamodb:putItem': dynamoDb('PutItem', 'Item', WRITING),
  'dynamodb:updateItem': dynamoDb('UpdateItem', 'Key', ['UpdateExpression', ...WRITING]),
  'dynamodb:deleteItem': dynamoDb('DeleteItem', 'Key', WRITING),
  'states:startExecution': {
    errors: 'StepFunctions',
    required: ['StateMachineArn'],
    optional: ['Input', 'Name'],
    async call({ StateMachineArn: stateMachineArn, Input = {}, Name: name }, { aws }) {
      const input = { stateMachineArn, input: textOf(Input), name };
      const started = await aws().json('states', 'AWSStepFunctions.StartExecution', input);
      return { ExecutionArn: started.executionArn, StartDate: Number(started.startDate) * 1_000 };
    },
  },
};

export const isFunction = (resource: string): boolean => FUNCTION_ARN.test(resource);

/** Whether a task with the resource waits until its token comes back. */
export const canCallBack = (resource: string): boolean => resource.endsWith('.waitForTaskToken');

/** The names under which a task stands in the history, for example `sqs` and `sendMessage.waitForTaskToken`. */
export function namesOf(resource: string): { resourceType: string; resource: string } {
  const [resourceType = '', action = ''] = resource.split(':').slice(-2);
  return { resourceType, resource: action };
}

/** What of a task is not supported, if anything. */
export function problemOfTask(resource: string, parameters: Parameters = {}): string | undefined {
  if (isFunction(resource)) return undefined;
  const [, action = '', callBack] = INTEGRATION_ARN.exec(resource) ?? [];
  const integration = INTEGRATIONS[action];
  if (!integration || (callBack && action.startsWith('dynamodb:'))) return `the resource ${resource}`;
  const { required, optional } = integration;
  const names = Object.keys(parameters).map((name) => name.replace(/\.\$$/, ''));
  const unknown = names.find((name) => ![...required, ...optional].includes(name));
  if (unknown) return `${unknown} in the Parameters of ${resource}`;
  const missing = required.find((name) => !names.includes(name));
  return missing && `${resource} without ${missing} in its Parameters`;
}

/**
 * Does the work of a task, but for the wait for its token.
 *
 * @throws StateFailure by the name that AWS gives it
 */
export async function perform(
  resource: string,
  input: unknown,
  ports: TaskPorts,
  caller: Caller,
): Promise<unknown> {
  const integration = INTEGRATIONS[resource.replace(INTEGRATION_ARN, '$1')];
  try {
    if (!integration) return await invoke(resource, input, ports);
    const output = await integration.call(isRecord(input) ? input : {}, ports, caller);
    const metadata = { RequestId: randomUUID() };
    return { ...output, SdkHttpMetadata: { HttpStatusCode: 200 }, SdkResponseMetadata: metadata };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const name = `${integration?.errors ?? 'Lambda'}.${error.code.replace(/(Exception)?$/, 'Exception')}`;
    throw new StateFailure(name, error.message);
  }
}

async function invoke(name: string, payload: unknown, ports: TaskPorts): Promise<unknown> {
  const outcome = await ports.invoke(name.replace(/:\$LATEST$/, ''), payload);
  if ('payload' in outcome) return JSON.parse(outcome.payload);
  const { errorType, errorMessage, trace } = outcome.error;
  throw new StateFailure(errorType, JSON.stringify({ errorType, errorMessage, trace }));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function publication({ MessageAttributes, Message, ...rest }: Parameters): Record<string, string> {
  const attributes = Object.entries(isRecord(MessageAttributes) ? MessageAttributes : {}).flatMap(
    ([name, value], index) => {
      const prefix = `MessageAttributes.entry.${index + 1}`;
      const fields = Object.entries(isRecord(value) ? value : {});
      return [
        [`${prefix}.Name`, name],
        ...fields.map(([field, text]) => [`${prefix}.Value.${field}`, String(text)]),
      ];
    },
  );
  const texts = Object.entries(rest).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries([...texts, ...attributes, ['Message', textOf(Message)]]);
}
