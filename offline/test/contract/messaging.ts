import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { startAwsEndpoint } from '../../aws/endpoint.ts';
import { AwsError } from '../../aws/error.ts';
import type { EventDetails } from '../../services/event-bridge/event.ts';
import { type MessagingOptions, startMessaging } from '../../services/fauxqs/index.ts';

export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:consumer';

/** SQS, SNS and S3 behind an endpoint of their own, and what they hand to functions and to EventBridge. */
export async function startMessagingEndpoint(options: Partial<MessagingOptions> = {}) {
  const invocations: Record<string, unknown>[] = [];
  const events: EventDetails[] = [];
  const invoke = (arn: string, event: object) => {
    if (arn !== FUNCTION_ARN)
      throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    invocations.push(JSON.parse(JSON.stringify(event)));
  };
  let url = '';
  const messaging = startMessaging({
    region: 'eu-west-1',
    dataFolder: undefined,
    awsUrl: () => url,
    deliverToFunction: invoke,
    putEvent: (event) => events.push(event),
    ...options,
  });
  const serving = await startAwsEndpoint(0, messaging.apis);
  url = serving.url;
  const configuration = {
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const clients = {
    sqs: new SQSClient(configuration),
    sns: new SNSClient(configuration),
    s3: new S3Client(configuration),
  };
  return {
    ...clients,
    url,
    messaging,
    invocations,
    events,
    stop() {
      for (const client of Object.values(clients)) client.destroy();
      serving.close();
      messaging.stop();
    },
  };
}
