import {
  GetBucketCorsCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { PublishCommand } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClient } from '../../../aws/client.ts';
import { pseudoParameters } from '../../../cloudformation/intrinsics.ts';
import { mergeTemplates } from '../../../cloudformation/template.ts';
import { FUNCTION_ARN, startMessagingEndpoint } from '../../../test/contract/messaging.ts';
import { type GrowingScope, provision } from '../../provision.ts';
import { bucketEventResources } from '../../s3/function-events.ts';
import { topicEventResources } from '../../sns/function-events.ts';
import { messagingResources } from '../resources.ts';

let cloud: Awaited<ReturnType<typeof startMessagingEndpoint>>;
beforeAll(async () => {
  cloud = await startMessagingEndpoint();
});
afterAll(() => cloud.stop());

const resources = (reset = false) =>
  messagingResources(awsClient(cloud.url, 'eu-west-1'), { reset, stackName: 'shop-dev' });

async function create(Resources: Record<string, { Type: string; Properties?: object }>, reset = false) {
  const scope: GrowingScope = {
    template: mergeTemplates({ Resources }),
    resources: new Map(),
    pseudo: pseudoParameters('eu-west-1', 'shop-dev'),
  };
  await provision(scope, [resources(reset)]);
  return Object.fromEntries(scope.resources);
}

const attributesOf = async (QueueUrl = '') => {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await cloud.sqs.send(command)).Attributes;
};
const bodiesIn = async (QueueUrl = '') => {
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
  return (await cloud.sqs.send(command)).Messages?.map(({ Body }) => Body) ?? [];
};

describe('a declared queue', () => {
  const declaration = (VisibilityTimeout?: number) => ({
    Dead: { Type: 'AWS::SQS::Queue', Properties: { Tags: [], SqsManagedSseEnabled: true } },
    Orders: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'orders',
        VisibilityTimeout,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: '3' },
      },
    },
    Policy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Orders' }], PolicyDocument: {} },
    },
  });

  it('is created with its dead-letter queue, and has what others refer to', async () => {
    const arn = 'arn:aws:sqs:eu-west-1:000000000000:orders';
    const url = `${cloud.url}/000000000000/orders`;
    const { Dead, Orders, Policy } = await create(declaration(90));
    expect(Orders).toEqual({ ref: url, attributes: { Arn: arn, QueueName: 'orders', QueueUrl: url } });
    expect(Dead?.attributes.QueueName).toBe('shop-dev-Dead');
    expect(Policy?.ref).toBe('Policy');
    const deadLetterTargetArn = 'arn:aws:sqs:eu-west-1:000000000000:shop-dev-Dead';
    expect(await attributesOf(url)).toMatchObject({
      VisibilityTimeout: '90',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: '3' }),
    });
  });

  it('keeps its messages when it is declared again, gets what is new, and the default of what is gone', async () => {
    const { Orders } = await create(declaration(90));
    await cloud.sqs.send(new SendMessageCommand({ QueueUrl: Orders?.ref, MessageBody: 'kept' }));
    await create(declaration());
    expect(await attributesOf(Orders?.ref)).toMatchObject({
      VisibilityTimeout: '30',
      ApproximateNumberOfMessages: '1',
    });
    await create(declaration(), true);
    expect(await bodiesIn(Orders?.ref)).toEqual([]);
  });

  it('is a FIFO queue under a name that says so', async () => {
    const Properties = { FifoQueue: true, ContentBasedDeduplication: 'true' };
    const { Jobs } = await create({ Jobs: { Type: 'AWS::SQS::Queue', Properties } });
    expect(Jobs?.attributes.QueueName).toBe('shop-dev-Jobs.fifo');
    expect(await attributesOf(Jobs?.ref)).toMatchObject({
      ContentBasedDeduplication: 'true',
      DeduplicationScope: 'queue',
    });
  });

  it('is refused with a property that is unknown, and with a value that AWS does not take', async () => {
    const queue = (Properties: object) => create({ Odd: { Type: 'AWS::SQS::Queue', Properties } });
    await expect(queue({ Visibility: 1 })).rejects.toThrow(
      'Resource Odd: the local cloud does not support Visibility.',
    );
    await expect(queue({ DelaySeconds: 901 })).rejects.toThrow(
      'Resource Odd: Invalid value for the parameter DelaySeconds. Reason: Must be between 0 and 900.',
    );
  });
});

describe('a declared topic', () => {
  const declaration = (subscription: object) => ({
    Inbox: { Type: 'AWS::SQS::Queue' },
    News: {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: 'news', Subscription: [{ Protocol: 'lambda', Endpoint: FUNCTION_ARN }] },
    },
    Forward: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'News' },
        Protocol: 'sqs',
        Endpoint: { 'Fn::GetAtt': ['Inbox', 'Arn'] },
        RawMessageDelivery: true,
        ...subscription,
      },
    },
  });
  const publish = (Message: string) =>
    cloud.sns.send(new PublishCommand({ TopicArn: 'arn:aws:sns:eu-west-1:000000000000:news', Message }));

  it('delivers to its subscriptions, whose policies follow the declaration', async () => {
    const filtered = { FilterPolicyScope: 'MessageBody', FilterPolicy: { order: { state: ['paid'] } } };
    const { Inbox, News, Forward } = await create(declaration(filtered));
    expect(News).toEqual({
      ref: 'arn:aws:sns:eu-west-1:000000000000:news',
      attributes: { TopicArn: 'arn:aws:sns:eu-west-1:000000000000:news', TopicName: 'news' },
    });
    await publish('{"order":{"state":"paid"}}');
    await publish('{"order":{"state":"open"}}');
    expect(cloud.invocations).toHaveLength(2);
    expect(await bodiesIn(Inbox?.ref)).toEqual(['{"order":{"state":"paid"}}']);

    const again = await create(declaration({ FilterPolicy: { kind: [{ exists: false }] } }));
    expect(again.Forward?.ref).toBe(Forward?.ref);
    await publish('without attributes');
    await create(declaration({}));
    await publish('to all');
    expect(await bodiesIn(Inbox?.ref)).toEqual(['to all']);
  });

  it('is refused with a protocol that is not emulated', async () => {
    const Properties = { Subscription: [{ Protocol: 'email', Endpoint: 'a@example.com' }] };
    await expect(create({ Mail: { Type: 'AWS::SNS::Topic', Properties } })).rejects.toThrow(
      'Resource Mail: The local cloud does not emulate sns (Subscribe with the protocol email).',
    );
  });
});

describe('a declared bucket', () => {
  const rule = (Name: string, Value: string) => ({ Filter: { S3Key: { Rules: [{ Name, Value }] } } });
  const declaration = (versioning: object = { VersioningConfiguration: { Status: 'Enabled' } }) => ({
    Uploads: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'uploads',
        ...versioning,
        NotificationConfiguration: {
          LambdaConfigurations: [
            { Event: 's3:ObjectCreated:*', Function: FUNCTION_ARN, ...rule('suffix', '.jpg') },
          ],
          EventBridgeConfiguration: { EventBridgeEnabled: 'true' },
        },
        BucketEncryption: {},
        PublicAccessBlockConfiguration: {},
        LifecycleConfiguration: { Rules: [] },
      },
    },
    Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Uploads' }, PolicyDocument: {} } },
  });

  it('has versions and notifications, and what others refer to', async () => {
    const { Uploads } = await create(declaration());
    expect(Uploads).toMatchObject({ ref: 'uploads', attributes: { Arn: 'arn:aws:s3:::uploads' } });
    const versioning = await cloud.s3.send(new GetBucketVersioningCommand({ Bucket: 'uploads' }));
    expect(versioning.Status).toBe('Enabled');
    await cloud.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'a.jpg', Body: 'x' }));
    expect(cloud.invocations.at(-1)).toMatchObject({ Records: [{ s3: { object: { key: 'a.jpg' } } }] });
    expect(cloud.events.at(-1)).toMatchObject({ detailType: 'Object Created' });
  });

  it('lets pages of other origins in as it declares, and no more when it declares none', async () => {
    const rule = {
      AllowedOrigins: ['https://shop.example'],
      AllowedMethods: ['PUT'],
      ExposedHeaders: ['ETag'],
    };
    const CorsConfiguration = { CorsRules: [{ ...rule, AllowedHeaders: ['content-type'], MaxAge: '600' }] };
    const site = (properties: object) => ({
      Site: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'site', ...properties } },
    });
    const rules = async () => (await cloud.s3.send(new GetBucketCorsCommand({ Bucket: 'site' }))).CORSRules;
    await create(site({ CorsConfiguration }));
    expect(await rules()).toEqual([
      {
        AllowedOrigins: ['https://shop.example'],
        AllowedMethods: ['PUT'],
        AllowedHeaders: ['content-type'],
        ExposeHeaders: ['ETag'],
        MaxAgeSeconds: 600,
      },
    ]);
    await create(site({}));
    await expect(rules()).rejects.toMatchObject({ name: 'NoSuchCORSConfiguration' });
  });

  it('cannot stop keeping versions, and is created anew with --reset', async () => {
    await create(declaration());
    await expect(create(declaration({}))).rejects.toThrow(
      'Bucket uploads (Uploads) keeps versions, which the local cloud cannot suspend. ' +
        'Start once with --reset to drop what is declared and create it anew.',
    );
    await create(declaration({}), true);
    const versioning = await cloud.s3.send(new GetBucketVersioningCommand({ Bucket: 'uploads' }));
    expect(versioning.Status).toBeUndefined();
  });

  it('is refused with a property that is not supported', async () => {
    const Properties = { WebsiteConfiguration: {} };
    await expect(create({ Site: { Type: 'AWS::S3::Bucket', Properties } })).rejects.toThrow(
      'Resource Site: the local cloud does not support WebsiteConfiguration.',
    );
  });
});

describe('events of a function', () => {
  const target = { key: 'resizeImage', arn: FUNCTION_ARN };

  it('invoke it for a bucket of their own, and for a bucket that has notifications already', async () => {
    await create({
      Declared: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'declared',
          NotificationConfiguration: {
            LambdaConfigurations: [{ Event: 's3:ObjectRemoved:*', Function: FUNCTION_ARN }],
          },
        },
      },
    });
    const events = [
      { s3: 'own' },
      {
        s3: {
          bucket: 'declared',
          existing: true,
          event: 's3:ObjectCreated:Put',
          rules: [{ prefix: 'in/' }, { suffix: '.png' }],
        },
      },
    ];
    for (let start = 0; start < 2; start += 1) {
      for (const resource of bucketEventResources(target, events)) await resources().provision(resource);
    }
    const { LambdaFunctionConfigurations } = await cloud.s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket: 'declared' }),
    );
    expect(LambdaFunctionConfigurations?.map(({ Id, Events }) => [Id, Events])).toEqual([
      ['Declared-1', ['s3:ObjectRemoved:*']],
      ['ResizeImageCustomS3Declared-1', ['s3:ObjectCreated:Put']],
    ]);
    const before = cloud.invocations.length;
    await cloud.s3.send(new PutObjectCommand({ Bucket: 'own', Key: 'a', Body: 'x' }));
    await cloud.s3.send(new PutObjectCommand({ Bucket: 'declared', Key: 'in/a.png', Body: 'x' }));
    await cloud.s3.send(new PutObjectCommand({ Bucket: 'declared', Key: 'in/a.jpg', Body: 'x' }));
    expect(cloud.invocations).toHaveLength(before + 2);
  });

  it('invoke it for a topic of their own', async () => {
    const { Dead } = await create({ Dead: { Type: 'AWS::SQS::Queue' } });
    const events = [
      {
        sns: {
          topicName: 'alerts',
          filterPolicy: { level: ['high'] },
          redrivePolicy: { deadLetterTargetRef: 'Dead' },
        },
      },
    ];
    const found = topicEventResources(target, events, () => Dead?.attributes.Arn);
    for (const resource of found) await resources().provision(resource);
    const TopicArn = 'arn:aws:sns:eu-west-1:000000000000:alerts';
    const MessageAttributes = { level: { DataType: 'String', StringValue: 'high' } };
    await cloud.sns.send(new PublishCommand({ TopicArn, Message: 'loud', MessageAttributes }));
    await cloud.sns.send(new PublishCommand({ TopicArn, Message: 'quiet' }));
    expect(cloud.invocations.at(-1)).toMatchObject({ Records: [{ Sns: { Message: 'loud' } }] });
  });
});
