import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../testing/local-cloud.ts';
import { until } from './processes.ts';

const attribute = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] });
const ECHO = 'export const handler = async (event) => event';

let cloud: LocalCloud;
let clients: { events: EventBridgeClient; s3: S3Client; sns: SNSClient; states: SFNClient };

const machine = {
  StartAt: 'Judge',
  States: {
    Judge: {
      Type: 'Task',
      Resource: attribute('JudgeLambdaFunction'),
      Catch: [
        { ErrorEquals: ['Other'], Next: 'Wrong' },
        { ErrorEquals: ['Guilty'], ResultPath: '$.error', Next: 'Punish' },
      ],
      End: true,
    },
    Punish: { Type: 'Pass', End: true },
    Wrong: { Type: 'Fail' },
  },
};

beforeAll(async () => {
  cloud = await startLocalCloud({
    resources: {
      Resources: {
        Uploads: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            BucketName: 'uploads',
            VersioningConfiguration: { Status: 'Enabled' },
            NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
          },
        },
        Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'shop' } },
        News: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } },
        Letters: { Type: 'AWS::SQS::Queue' },
        NewsToLetters: {
          Type: 'AWS::SNS::Subscription',
          Properties: {
            TopicArn: { Ref: 'News' },
            Protocol: 'sqs',
            Endpoint: attribute('Letters'),
            RawMessageDelivery: true,
            FilterPolicy: { kind: ['letter'] },
          },
        },
        OrdersToLetters: {
          Type: 'AWS::Events::Rule',
          Properties: {
            Name: 'orders-to-letters',
            EventBusName: { Ref: 'Bus' },
            EventPattern: { source: ['shop.orders'], 'detail-type': ['OrderPlaced'] },
            Targets: [
              { Id: 'letters', Arn: attribute('Letters') },
              {
                Id: 'machine',
                Arn: { Ref: 'Machine' },
                InputPath: '$.detail',
                RoleArn: 'arn:aws:iam::000000000000:role/x',
              },
            ],
          },
        },
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: { StateMachineName: 'court', DefinitionString: machine },
        },
      },
    },
    functions: {
      judge: {
        code: "export const handler = async () => { throw Object.assign(new Error('it was you'), { name: 'Guilty' }) }",
      },
      read: { code: ECHO, events: [{ sqs: { arn: attribute('Letters') } }] },
      import: {
        code: ECHO,
        events: [
          { s3: { bucket: 'uploads', existing: true, rules: [{ prefix: 'in/' }, { suffix: '.csv' }] } },
        ],
      },
      keepManifest: {
        code: ECHO,
        events: [
          {
            eventBridge: {
              pattern: {
                source: ['aws.s3'],
                'detail-type': ['Object Created'],
                detail: { object: { key: [{ prefix: 'in/' }] } },
              },
            },
          },
        ],
      },
      listen: {
        code: ECHO,
        events: [{ sns: { arn: { Ref: 'News' }, topicName: 'news', filterPolicy: { kind: ['call'] } } }],
      },
      hearDefault: { code: ECHO, events: [{ eventBridge: { pattern: { source: ['shop.orders'] } } }] },
    },
  });
  // Not before the environment points at the cloud.
  clients = {
    events: new EventBridgeClient(),
    s3: new S3Client(),
    sns: new SNSClient(),
    states: new SFNClient(),
  };
});
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await cloud.stop();
});

/** What the function was invoked with. */
const heardBy = (key: string) =>
  cloud.invocations
    .filter(({ functionKey }) => functionKey === key)
    .map(({ invoked }) => JSON.parse('payload' in invoked ? invoked.payload : 'null'));

const put = (Key: string) => clients.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: 'a,b' }));
const publish = (Message: string, kind: string) =>
  clients.sns.send(
    new PublishCommand({
      TopicArn: cloud.resources.News,
      Message,
      MessageAttributes: { kind: { DataType: 'String', StringValue: kind } },
    }),
  );

describe('an object', () => {
  it('that matches prefix and suffix invokes its function, with the key encoded as in a form', async () => {
    await put('other/a.csv');
    await put('in/a.txt');
    const { VersionId, ETag } = await put('in/more items ü.csv');
    await until(() => heardBy('import').length === 1);
    expect(heardBy('import')).toMatchObject([
      {
        Records: [
          {
            eventSource: 'aws:s3',
            eventName: 'ObjectCreated:Put',
            awsRegion: 'eu-west-1',
            s3: {
              bucket: { name: 'uploads', arn: 'arn:aws:s3:::uploads' },
              object: {
                key: 'in/more+items+%C3%BC.csv',
                size: 3,
                eTag: ETag?.replaceAll('"', ''),
                versionId: VersionId,
              },
            },
          },
        ],
      },
    ]);
  });

  it('is an event on the default bus too, with the key as it is', async () => {
    await put('in/b c.csv');
    const keys = () => heardBy('keepManifest').map(({ detail }) => detail.object.key);
    await until(() => keys().includes('in/b c.csv'));
    expect(keys()).not.toContain('other/a.csv');
    expect(heardBy('keepManifest').at(-1)).toMatchObject({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      resources: ['arn:aws:s3:::uploads'],
      detail: { version: '0', bucket: { name: 'uploads' }, reason: 'PutObject' },
    });
  });
});

describe('a message to a topic', () => {
  it('goes to those whose filter it passes: a function, or a queue and the function behind it', async () => {
    await publish('ring', 'call');
    await publish('Dear Sir', 'letter');
    const letters = () =>
      heardBy('read').flatMap(({ Records }) => Records.map(({ body }: { body: string }) => body));
    await until(() => heardBy('listen').length === 1 && letters().includes('Dear Sir'));
    expect(heardBy('listen')).toMatchObject([
      {
        Records: [
          {
            EventSource: 'aws:sns',
            EventVersion: '1.0',
            Sns: {
              TopicArn: 'arn:aws:sns:eu-west-1:000000000000:news',
              Message: 'ring',
              MessageAttributes: { kind: { Type: 'String', Value: 'call' } },
            },
          },
        ],
      },
    ]);
    expect(letters()).not.toContain('ring');
  });
});

describe('an event', () => {
  it('on a bus goes to the targets of that bus only: a queue and a workflow, which catches an error by its name', async () => {
    const Entries = [
      {
        EventBusName: 'shop',
        Source: 'shop.orders',
        DetailType: 'OrderPlaced',
        Detail: JSON.stringify({ orderId: 'o-1' }),
      },
    ];
    await clients.events.send(new PutEventsCommand({ Entries }));
    const executions = async () =>
      (await clients.states.send(new ListExecutionsCommand({ stateMachineArn: cloud.resources.Machine })))
        .executions ?? [];
    await until(async () => (await executions()).some(({ status }) => status === 'SUCCEEDED'));
    const [execution] = await executions();
    const { output } = await clients.states.send(
      new DescribeExecutionCommand({ executionArn: execution?.executionArn }),
    );
    const { orderId, error } = JSON.parse(output ?? '{}');
    expect([orderId, error.Error, JSON.parse(error.Cause)]).toMatchObject([
      'o-1',
      'Guilty',
      { errorType: 'Guilty', errorMessage: 'it was you' },
    ]);
    const orders = () =>
      heardBy('read')
        .flatMap(({ Records }) => Records.map(({ body }: { body: string }) => body))
        .filter((body) => body.startsWith('{'))
        .map((body) => JSON.parse(body));
    await until(() => orders().length === 1);
    expect(orders()).toMatchObject([{ 'detail-type': 'OrderPlaced', detail: { orderId: 'o-1' } }]);
    expect(heardBy('hearDefault')).toEqual([]);
    const seen = (await (await fetch(`${cloud.endpoint}/_local/events`)).json()) as object[];
    expect(seen[0]).toMatchObject({
      bus: 'shop',
      rules: ['orders-to-letters'],
      event: { 'detail-type': 'OrderPlaced' },
    });
  });
});
