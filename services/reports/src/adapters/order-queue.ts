import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { isUnanswered } from '../../../../shared/aws-failures.ts';
import { DependencyFailed } from '../../../../shared/errors.ts';
import type { OrderQueue, ReceivedMessage } from '../domain/record-orders.ts';

/** The SQS client of the process. */
export const sqs = new SQSClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
});

/** The most that one call takes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const MAX_MESSAGES = 10;
const WAIT_SECONDS = 20;
const GIVEN_BACK_SECONDS = 5;

/** The queue of order events. */
export function orderQueue(
  client: Pick<SQSClient, 'send'>,
  queueUrl: string,
): OrderQueue & { readonly check: () => Promise<void> } {
  const entries = (messages: readonly ReceivedMessage[]) =>
    messages.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));

  async function answered<Answer>(call: Promise<Answer>): Promise<Answer> {
    return call.catch((error: Error) => {
      throw isUnanswered(error)
        ? new DependencyFailed('The queue of order events did not answer.', { cause: error })
        : error;
    });
  }

  return {
    async receive(stop) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: MAX_MESSAGES,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      try {
        const requestTimeout = (WAIT_SECONDS + 5) * 1_000;
        const { Messages = [] } = await answered(client.send(command, { abortSignal: stop, requestTimeout }));
        return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }) => ({
          id: MessageId,
          receipt: ReceiptHandle,
          body: Body,
          receives: Number(Attributes?.ApproximateReceiveCount ?? 1),
        }));
      } catch (error) {
        if (stop.aborted) return [];
        throw error;
      }
    },

    /** What is not removed comes again, and changes nothing then. */
    async remove(messages) {
      await answered(
        client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries(messages) })),
      );
    },

    async giveBack(messages) {
      if (messages.length === 0) return;
      const Entries = entries(messages).map((entry) => ({ ...entry, VisibilityTimeout: GIVEN_BACK_SECONDS }));
      await answered(client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries })));
    },

    async check() {
      await answered(
        client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] })),
      );
    },
  };
}
