import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FUNCTION_ARN, startMessagingEndpoint } from '../../../test/contract/messaging.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'messaging-'));
let cloud: Awaited<ReturnType<typeof startMessagingEndpoint>>;
beforeAll(async () => {
  cloud = await startMessagingEndpoint({ dataFolder });
});
afterAll(() => {
  cloud.stop();
  rmSync(dataFolder, { recursive: true });
});

async function restart(): Promise<void> {
  cloud.stop();
  cloud = await startMessagingEndpoint({ dataFolder });
}

const Bucket = 'uploads';
const sequencerOf = (event: Record<string, unknown> | undefined) =>
  (event?.Records as { s3: { object: { sequencer: string } } }[] | undefined)?.[0]?.s3.object.sequencer ?? '';

describe('after a restart on another port', () => {
  it('a queue has its new URL, its attributes and its messages, and knows what was received', async () => {
    const Attributes = { VisibilityTimeout: '100' };
    const { QueueUrl } = await cloud.sqs.send(new CreateQueueCommand({ QueueName: 'kept', Attributes }));
    for (const MessageBody of ['received', 'waiting']) {
      await cloud.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    }
    await cloud.sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: 'shop' } }));
    const { Messages } = await cloud.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await restart();

    const found = await cloud.sqs.send(new GetQueueUrlCommand({ QueueName: 'kept' }));
    expect(found.QueueUrl).toBe(`${cloud.url}/000000000000/kept`);
    const attributes = () =>
      cloud.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect((await attributes()).Attributes).toMatchObject({
      VisibilityTimeout: '100',
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
    await cloud.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    expect((await attributes()).Attributes).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
  });

  it('a FIFO queue takes no message twice, and counts on', async () => {
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    const { QueueUrl } = await cloud.sqs.send(new CreateQueueCommand({ QueueName: 'kept.fifo', Attributes }));
    const send = (MessageBody: string) =>
      cloud.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g' }));
    const first = await send('same');
    await restart();
    expect((await send('same')).MessageId).toBe(first.MessageId);
    expect(BigInt((await send('other')).SequenceNumber ?? 0)).toBeGreaterThan(
      BigInt(first.SequenceNumber ?? 0),
    );
  });

  it('a function is still subscribed to a topic', async () => {
    const { TopicArn } = await cloud.sns.send(new CreateTopicCommand({ Name: 'kept' }));
    await cloud.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: FUNCTION_ARN }));
    await restart();
    await cloud.sns.send(new PublishCommand({ TopicArn, Message: 'hello' }));
    expect(cloud.invocations).toMatchObject([{ Records: [{ Sns: { Message: 'hello' } }] }]);
  });

  it('a bucket has its versions, its notifications and the uploads that were begun', async () => {
    await cloud.s3.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await cloud.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const LambdaFunctionConfigurations = [
      { LambdaFunctionArn: FUNCTION_ARN, Events: ['s3:ObjectCreated:*'] as 's3:ObjectCreated:*'[] },
    ];
    await cloud.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { LambdaFunctionConfigurations },
      }),
    );
    const { VersionId } = await cloud.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'first' }));
    await cloud.s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'second' }));
    const marked = cloud.s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect((await marked).DeleteMarker).toBe(true);
    const upload = { Bucket, Key: 'large' };
    const { UploadId } = await cloud.s3.send(new CreateMultipartUploadCommand(upload));
    const part = { ...upload, UploadId, PartNumber: 1 };
    const { ETag } = await cloud.s3.send(new UploadPartCommand({ ...part, Body: 'part' }));
    const before = sequencerOf(cloud.invocations.at(-1));
    await restart();

    const Parts = [{ PartNumber: 1, ETag }];
    await cloud.s3.send(
      new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }),
    );
    const read = async (Key: string, version?: string) =>
      (
        await cloud.s3.send(new GetObjectCommand({ Bucket, Key, VersionId: version }))
      ).Body?.transformToString();
    expect([await read('large'), await read('a', VersionId)]).toEqual(['part', 'first']);
    await expect(read('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(cloud.invocations).toMatchObject([
      { Records: [{ eventName: 'ObjectCreated:CompleteMultipartUpload' }] },
    ]);
    expect(sequencerOf(cloud.invocations[0]) > before).toBe(true);
  });
});
