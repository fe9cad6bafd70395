import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { AwsClients } from './aws-clients.ts';
import { bringer } from './bringer.ts';
import { REDRIVE_SECONDS, type RedriveOptions, type RedriveReport, redriveMessages } from './redrive.ts';

const PAGE = 10;

/** Some messages of a queue with all that is known of them; nobody else sees them for so many seconds. */
export async function receive(
  sqs: SQSClient,
  QueueUrl: string,
  most: number,
  seconds: number,
): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: Math.min(PAGE, most),
      VisibilityTimeout: seconds,
      // A short poll asks some servers only and may answer nothing of what there is.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages;
}

/** Brings messages of a dead-letter queue back by AWS's API, each to where it failed. */
export function bringEach(
  clients: AwsClients,
  QueueUrl: string,
  options: RedriveOptions,
): Promise<RedriveReport> {
  const { sqs } = clients;
  return redriveMessages<Message>(
    {
      receive: (most) => receive(sqs, QueueUrl, most, REDRIVE_SECONDS),
      bring: bringer(clients),
      async remove({ ReceiptHandle }) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      },
      async release({ ReceiptHandle }) {
        const visibility = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
        await sqs.send(new ChangeMessageVisibilityCommand(visibility));
      },
    },
    options,
  );
}
