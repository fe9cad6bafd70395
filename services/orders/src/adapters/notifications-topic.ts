import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { RequestApprovalDependencies } from '../domain/approve-order.ts';
import { type Notifications, NotSent } from '../domain/confirm-order.ts';
import type { StoredOrder } from '../domain/order.ts';

/** The SNS client of a function instance. It never tries again: a lost answer may belong to a message that was sent. */
export const sns = new SNSClient({ maxAttempts: 1 });

/** The name of one kind of message; subscriptions filter by it. */
const CONFIRMATION = 'OrderConfirmation';

/** The name of the other one: an order waits for somebody to decide. */
const APPROVAL = 'ApprovalRequested';

/** The topic that tells customers and staff of orders. A message holds the order, and nothing about its customer. */
export function notificationsTopic(
  client: Pick<SNSClient, 'send'>,
  topicArn: string,
): Notifications & RequestApprovalDependencies['notifications'] {
  const publication = (
    kind: string,
    subject: string,
    { id, lines, total, placedAt, correlationId }: StoredOrder,
  ) =>
    new PublishCommand({
      TopicArn: topicArn,
      Subject: subject,
      Message: JSON.stringify({ kind, orderId: id, placedAt, lines, total }),
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: kind },
        correlationId: { DataType: 'String', StringValue: correlationId },
      },
    });

  return {
    async confirm(order, { timeoutMs }) {
      try {
        await client.send(publication(CONFIRMATION, `Order ${order.id} is confirmed`, order), {
          abortSignal: AbortSignal.timeout(timeoutMs),
        });
      } catch (error) {
        const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
        const status = $metadata?.httpStatusCode ?? 0;
        if (status >= 400 && status < 500) {
          throw new NotSent('The topic refused the confirmation.', { cause: error });
        }
        throw error;
      }
    },

    async askApproval(order) {
      await client.send(publication(APPROVAL, `Order ${order.id} waits for approval`, order));
    },
  };
}
