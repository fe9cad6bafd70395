import { z } from 'zod';
import type { AwsClient } from '../../aws/client.ts';
import { AwsError } from '../../aws/error.ts';
import { boolean, declared, irrelevant, number } from '../../declaration.ts';

const ignored = irrelevant.transform(() => undefined);

/** What is no longer declared goes back to AWS's default. */
const schema = z.strictObject({
  QueueName: z.string().optional(),
  FifoQueue: boolean.default(false),
  ContentBasedDeduplication: boolean.optional(),
  DeduplicationScope: z.string().optional(),
  FifoThroughputLimit: z.string().optional(),
  DelaySeconds: number.default(0),
  MaximumMessageSize: number.default(1_048_576),
  MessageRetentionPeriod: number.default(345_600),
  ReceiveMessageWaitTimeSeconds: number.default(0),
  VisibilityTimeout: number.default(30),
  RedrivePolicy: z
    .record(z.string(), z.unknown())
    .transform((policy) => JSON.stringify(policy))
    .default(''),
  RedriveAllowPolicy: ignored,
  KmsDataKeyReusePeriodSeconds: ignored,
  KmsMasterKeyId: ignored,
  SqsManagedSseEnabled: ignored,
  Tags: ignored,
});

const FIFO_DEFAULTS = {
  ContentBasedDeduplication: false,
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

/** How the resources of SQS are created, by their types. */
export function queueResources(
  client: AwsClient,
  { reset, stackName }: { reset: boolean; stackName: string },
) {
  const call = (operation: string, input: object) =>
    client.json<{ QueueUrl: string; Attributes?: Record<string, string> }>(
      'sqs',
      `AmazonSQS.${operation}`,
      input,
    );
  return {
    async 'AWS::SQS::Queue'(logicalId: string, properties: object) {
      const declaration = declared(`Resource ${logicalId}`, schema, properties);
      const { QueueName: name, FifoQueue: isFifo, ...declaredAttributes } = declaration;
      const QueueName = name ?? `${stackName}-${logicalId}${isFifo ? '.fifo' : ''}`;
      const found = await unlessMissing(call('GetQueueUrl', { QueueName }));
      if (found && reset) await call('DeleteQueue', found);
      const creation = { QueueName, Attributes: isFifo ? { FifoQueue: 'true' } : {} };
      const { QueueUrl } = found && !reset ? found : await call('CreateQueue', creation);
      const values = { ...(isFifo && FIFO_DEFAULTS), ...defined(declaredAttributes) };
      const texts = Object.entries(values).map(([attribute, value]) => [attribute, String(value)]);
      await call('SetQueueAttributes', { QueueUrl, Attributes: Object.fromEntries(texts) });
      const { Attributes } = await call('GetQueueAttributes', { QueueUrl, AttributeNames: ['QueueArn'] });
      return { ref: QueueUrl, attributes: { Arn: Attributes?.QueueArn ?? '', QueueName, QueueUrl } };
    },

    /** Who may send is not asked here. */
    async 'AWS::SQS::QueuePolicy'(logicalId: string) {
      return { ref: logicalId, attributes: {} };
    },
  };
}

const defined = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

async function unlessMissing<Output>(call: Promise<Output>): Promise<Output | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'QueueDoesNotExist') return undefined;
    throw error;
  }
}
