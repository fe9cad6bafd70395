import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { LowStock, LowStockDependencies } from '../domain/low-stock.ts';

/** The SNS client of a function instance. */
export const sns = new SNSClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

/** The name of the one kind of message here; subscriptions may filter by it. */
const LOW_STOCK = 'LowStock';

/** The topic that tells staff of items that run out. */
export function stockAlerts(
  client: Pick<SNSClient, 'send'>,
  topicArn: string,
): LowStockDependencies<never>['alerts'] {
  return {
    async send(alert: LowStock) {
      await client.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: `Low stock: ${alert.sku}`,
          Message: JSON.stringify({ kind: LOW_STOCK, ...alert }),
          MessageAttributes: { kind: { DataType: 'String', StringValue: LOW_STOCK } },
        }),
      );
    },
  };
}
