import type { AwsClient } from '../../aws/client.ts';
import { AwsError } from '../../aws/error.ts';
import { LocalCloudError } from '../../errors.ts';
import { bucketResources } from '../s3/resources.ts';
import type { Provisioner } from '../service.ts';
import { topicResources } from '../sns/resources.ts';
import { queueResources } from '../sqs/resources.ts';

/** Queues, topics, subscriptions and buckets as they are declared, by way of the APIs of their services. */
export function messagingResources(
  client: AwsClient,
  options: { reset: boolean; stackName: string },
): Provisioner {
  const kinds = {
    ...queueResources(client, options),
    ...topicResources(client, options),
    ...bucketResources(client, options),
  };
  return {
    resourceTypes: Object.keys(kinds),
    async provision({ logicalId, type, properties }) {
      try {
        return await kinds[type as keyof typeof kinds](logicalId, properties);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new LocalCloudError(`Resource ${logicalId}: ${error.message}`, { cause: error });
      }
    },
  };
}
