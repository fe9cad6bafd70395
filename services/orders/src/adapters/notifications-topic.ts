import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { type Notifications, NotSent } from '../domain/confirm-order.ts';
import type { StoredOrder } from '../domain/order.ts';

/** The SNS client of a function instance. It never tries again: a lost answer may belong to a message that was sent. */
export const sns = new SNSClient({ maxAttempts: 1 });

/** The name of the one kind of message here; subscriptions filter by it. */
export const CONFIRMATION = 'OrderConfirmation';

/** The topic that tells customers and staff of orders. A message holds the order, and nothing about its customer. */
export function notificationsTopic(client: Pick<SNSClient, 'send'>, topicArn: string): Notifications {
  return {
    async confirm(order, { timeoutMs }) {
      try {
        await client.send(
          new PublishCommand({
            TopicArn: topicArn,
            Subject: `Order ${order.id} is confirmed`,
            Message: JSON.stringify(messageOf(order)),
            MessageAttributes: { kind: { DataType: 'String', StringValue: CONFIRMATION } },
          }),
          { abortSignal: AbortSignal.timeout(timeoutMs) },
        );
      } catch (error) {
        const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
        const status = $metadata?.httpStatusCode ?? 0;
        if (status >= 400 && status < 500) {
          throw new NotSent('The topic refused the confirmation.', { cause: error });
        }
        throw error;
      }
    },
  };
}

function messageOf({ id, lines, total, placedAt }: StoredOrder) {
  return { kind: CONFIRMATION, orderId: id, placedAt, lines, total };
}
