import type { AwsClient } from './aws/client.ts';
import { AwsError } from './aws/error.ts';
import type { DeliveryOptions, Targets } from './services/targets.ts';

type Deliver = (arn: string, message: unknown, options: DeliveryOptions) => Promise<unknown> | unknown;

/** Delivers by the APIs of the services, as every client does. */
export function awsTargets(
  client: () => AwsClient,
  invokeLater: (functionArn: string, event: unknown, trigger: string) => string,
): Targets {
  const services: Readonly<Record<string, Deliver>> = {
    lambda: (arn, message, { trigger = 'event' }) => invokeLater(arn, message, trigger),

    sqs: (arn, message, { messageGroupId, attributes = {} }) =>
      client().json('sqs', 'AmazonSQS.SendMessage', {
        QueueUrl: `http://sqs/${arn.split(':').slice(4).join('/')}`,
        MessageBody: JSON.stringify(message),
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      }),

    sns: (arn, message) =>
      client().query('sns', 'Publish', { TopicArn: arn, Message: JSON.stringify(message) }),

    states: (arn, message) =>
      client().json('states', 'AWSStepFunctions.StartExecution', {
        stateMachineArn: arn,
        input: JSON.stringify(message),
      }),

    async events(arn, message) {
      const { Entries = [] } = await client().json<{ Entries?: PutEventsResult[] }>(
        'events',
        'AWSEvents.PutEvents',
        { Entries: [{ ...(message as object), EventBusName: arn }] },
      );
      const [{ ErrorCode, ErrorMessage } = {}] = Entries;
      if (ErrorCode) throw new AwsError(ErrorCode, ErrorMessage ?? ErrorCode);
    },
  };
  return {
    async deliver(arn, message, options = {}) {
      const service = arn.split(':')[2] ?? '';
      const deliver = Object.hasOwn(services, service) ? services[service] : undefined;
      if (!deliver) {
        throw new AwsError('ResourceNotFoundException', `The local cloud cannot deliver to ${arn}.`);
      }
      await deliver(arn, message, options);
    },
  };
}

interface PutEventsResult {
  readonly ErrorCode?: string;
  readonly ErrorMessage?: string;
}
