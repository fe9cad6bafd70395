import type { RedriveReport } from '../dlq/redrive.ts';
import { LocalCloudError } from '../errors.ts';

/** Brings the messages of a dead-letter queue, or the one of the given id, back to where they failed. */
export type Redrive = (queueName: string, messageId: string | undefined) => Promise<RedriveReport>;

export interface RedriveOptions {
  readonly region: string;
  readonly endpoint: () => string;
}

/** By AWS's API, as on a deployed stage. SDKs take their time to load, so that only who redrives waits for them. */
export function redriver({ region, endpoint }: RedriveOptions): Redrive {
  return async (queueName, messageId) => {
    const [{ awsClients }, { bringEach }, { GetQueueAttributesCommand, GetQueueUrlCommand }] =
      await Promise.all([
        import('../dlq/aws-clients.ts'),
        import('../dlq/bring-each.ts'),
        import('@aws-sdk/client-sqs'),
      ]);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const clients = awsClients({ region, endpoint: endpoint(), credentials });
    try {
      const { QueueUrl = '' } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      const most = Number(Attributes?.ApproximateNumberOfMessages);
      const report = await bringEach(clients, QueueUrl, { messageId, most });
      if (messageId !== undefined && report.redriven + report.failed.length === 0) {
        throw new LocalCloudError(`There is no message ${messageId} in ${queueName} that could be received.`);
      }
      return report;
    } finally {
      for (const client of Object.values(clients)) client.destroy();
    }
  };
}
