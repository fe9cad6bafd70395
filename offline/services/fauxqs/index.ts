import { AwsError } from '../../aws/error.ts';
import { answerError } from '../../aws/json-api.ts';
import type { EventDetails } from '../event-bridge/event.ts';
import { s3Api } from '../s3/index.ts';
import { Buckets } from '../s3/objects.ts';
import type { AwsApi } from '../service.ts';
import { snsApi } from '../sns/index.ts';
import { type DeliverToFunction, Topics } from '../sns/topics.ts';
import { sqsApi } from '../sqs/index.ts';
import { sendMessage } from '../sqs/messages.ts';
import { type Message, Queues } from '../sqs/queue.ts';
import { redrivePolicyOf } from '../sqs/redrive-policy.ts';
import { getCallerIdentity } from './library.ts';
import { Tables } from './tables.ts';

export interface MessagingOptions {
  readonly region: string;
  /** Where everything is kept; none means that it goes when the process ends. */
  readonly dataFolder: string | undefined;
  /** Where queue URLs point. */
  readonly awsUrl: () => string;
  readonly now?: () => number;
  readonly deliverToFunction: DeliverToFunction;
  /** Stores an event for the default bus. */
  readonly putEvent: (event: EventDetails) => void;
}

export interface Messaging {
  readonly apis: readonly AwsApi[];
  readonly control: {
    queues(): QueueSummary[];
    /** The oldest messages of the queue, without receiving them. */
    messages(queueName: string, limit: number): Message[];
  };
  stop(): void;
}

export interface QueueSummary {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly deadLetterTargetArn?: string | undefined;
}

/** Starts SQS, SNS, S3 and as much of STS as tells who is calling. */
export function startMessaging(options: MessagingOptions): Messaging {
  const { region, awsUrl, now = Date.now } = options;
  const tables = new Tables(options.dataFolder);
  const queues = new Queues(tables, region, now);
  const topics = new Topics(queues, region, options.deliverToFunction);
  const buckets = new Buckets(tables);
  // First the library reads without writing, as its stores have no tables yet.
  tables.persistence.load(queues, topics, buckets);
  for (const store of [queues, topics, buckets]) store.persistence = tables.persistence;

  const send = (arn: string, message: string) => {
    if (arn.startsWith('arn:aws:sns:')) {
      topics.publish(arn, { message, subject: 'Amazon S3 Notification', attributes: {} });
      return;
    }
    const queue = queues.getQueueByArn(arn);
    if (queue) sendMessage(queue, { MessageBody: message });
  };
  const isHere = (arn: string) => /^arn:aws:s[qn]s:/.test(arn);
  const s3 = s3Api(buckets, {
    region,
    isTarget: (arn) => !isHere(arn) || Boolean(queues.getQueueByArn(arn) ?? topics.getTopic(arn)),
    receivers: {
      putEvent: options.putEvent,
      notify(arn, event) {
        try {
          if (isHere(arn)) send(arn, JSON.stringify(event));
          else options.deliverToFunction(arn, event, 'bucket');
        } catch (error) {
          // What went away since it was configured gets nothing, and the write is done nonetheless.
          if (!(error instanceof AwsError)) throw error;
        }
      },
    },
  });
  return {
    apis: [sqsApi(queues, awsUrl), snsApi(topics, tables), s3, stsApi],
    control: {
      queues: () =>
        queues.all().map((queue) => ({
          name: queue.name,
          url: awsUrl() + queue.url,
          arn: queue.arn,
          ...queue.counts(),
          deadLetterTargetArn: redrivePolicyOf(queue)?.deadLetterTargetArn,
        })),
      messages: (name, limit) => queues.getQueueByName(name)?.peek(limit, true) ?? [],
    },
    stop: () => tables.persistence.close(),
  };
}

const stsApi: AwsApi = {
  signingName: 'sts',
  targets: [],
  handle(request, response, operation) {
    request.resume();
    if (operation === 'GetCallerIdentity') {
      response.writeHead(200, { 'content-type': 'text/xml' }).end(getCallerIdentity());
      return;
    }
    const message = `The local cloud does not emulate sts (${operation}).`;
    answerError(request, response, 'sts', new AwsError('NotImplemented', message, 501));
  },
};
