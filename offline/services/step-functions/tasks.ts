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
  readonly optional?: readonly string[];
  readonly canCallBack?: true;
  readonly call: (parameters: Parameters, ports: TaskPorts, caller: Caller) => Promise<object>;
}

const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(?::\$LATEST)?$/;
const INTEGRATION_ARN = /^arn:aws[\w-]*:states:::([\w-]+):(\w+)(\.waitForTaskToken)?$/;
const CALL_BACK = '.waitForTaskToken';

const dynamoDb = (
  operation: string,
  required: readonly string[],
  optional: readonly string[],
): Integration => ({
  errors: 'DynamoDB',
  required: ['TableName', ...required],
  optional: [...optional, 'ReturnConsumedCapacity'],
  call: (parameters, { aws }) => aws().json('dynamodb', `DynamoDB_20120810.${operation}`, parameters),
});
const CONDITION = [
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValues',
];

/** https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html */
const INTEGRATIONS: Readonly<Record<string, Integration>> = {
  'lambda:invoke': {
    errors: 'Lambda',
    required: ['FunctionName'],
    optional: ['Payload'],
    canCallBack: true,
    async call({ FunctionName, Payload = {} }, ports) {
      const answer = await invoke(String(FunctionName), Payload, ports);
      return { ExecutedVersion: '$LATEST', Payload: answer, StatusCode: 200 };
    },
  },
  'sqs:sendMessage': {
    errors: 'SQS',
    required: ['QueueUrl', 'MessageBody'],
    optional: ['DelaySeconds', 'MessageAttributes', 'MessageDeduplicationId', 'MessageGroupId'],
    canCallBack: true,
    call: (parameters, { aws }) =>
      aws().json('sqs', 'AmazonSQS.SendMessage', {
        ...parameters,
        MessageBody: textOf(parameters.MessageBody),
      }),
  },
  'sns:publish': {
    errors: 'SNS',
    required: ['TopicArn', 'Message'],
    optional: [
      'MessageAttributes',
      'MessageDeduplicationId',
      'MessageGroupId',
      'MessageStructure',
      'Subject',
    ],
    canCallBack: true,
    async call(parameters, { aws }) {
      const xml = await aws().query('sns', 'Publish', publication(parameters));
      return { MessageId: /<MessageId>([^<]*)</.exec(xml)?.[1] };
    },
  },
  'events:putEvents': {
    errors: 'EventBridge',
    required: ['Entries'],
    canCallBack: true,
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
  'dynamodb:getItem': dynamoDb(
    'GetItem',
    ['Key'],
    ['ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames'],
  ),
  'dynamodb:putItem': dynamoDb('PutItem', ['Item'], CONDITION),
  'dynamodb:updateItem': dynamoDb('UpdateItem', ['Key'], [...CONDITION, 'UpdateExpression']),
  'dynamodb:deleteItem': dynamoDb('DeleteItem', ['Key'], CONDITION),
  'states:startExecution': {
    errors: 'StepFunctions',
    required: ['StateMachineArn'],
    optional: ['Input', 'Name'],
    canCallBack: true,
    async call({ StateMachineArn: stateMachineArn, Input = {}, Name: name }, { aws }) {
      const input = { stateMachineArn, input: textOf(Input), name };
      const { executionArn, startDate } = await aws().json(
        'states',
        'AWSStepFunctions.StartExecution',
        input,
      );
      return { ExecutionArn: executionArn, StartDate: Number(startDate) * 1_000 };
    },
  },
};

export const isFunction = (resource: string): boolean => FUNCTION_ARN.test(resource);

/** Whether a task with the resource waits until its token comes back. */
export const canCallBack = (resource: string): boolean => resource.endsWith(CALL_BACK);

/** The names under which a task stands in the history, for example `sqs` and `sendMessage.waitForTaskToken`. */
export function namesOf(resource: string): { resourceType: string; resource: string } {
  const [resourceType = '', action = ''] = resource.split(':').slice(-2);
  return { resourceType, resource: action };
}

/** What of a task is not supported, if anything. */
export function problemOfTask(resource: string, parameters: unknown): string | undefined {
  if (isFunction(resource)) return undefined;
  const [, service, action, callBack] = INTEGRATION_ARN.exec(resource) ?? [];
  const integration = INTEGRATIONS[`${service}:${action}`];
  if (!integration || (callBack && !integration.canCallBack)) return `the resource ${resource}`;
  const { required, optional = [] } = integration;
  const names = Object.keys(isRecord(parameters) ? parameters : {}).map((name) => name.replace(/\.\$$/, ''));
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
  const integration = INTEGRATIONS[resource.replace(INTEGRATION_ARN, '$1:$2')];
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
