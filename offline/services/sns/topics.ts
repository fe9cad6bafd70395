import { AwsError } from '../../aws/error.ts';
import { isRecord } from '../../cloudformation/template.ts';
import {
  calculateMessageSize,
  type MessageAttributes,
  SnsStore,
  SqsStore,
  type Subscription,
  type Topic,
} from '../fauxqs/library.ts';
import { sendMessage } from '../sqs/messages.ts';
import type { Queues } from '../sqs/queue.ts';
import { filterOf, jsonOf } from './filter.ts';

/**
 * Stores the invocation of a function, which `trigger` caused, for the log.
 *
 * @throws AwsError when there is no such function
 */
export type DeliverToFunction = (functionArn: string, event: object, trigger: string) => void;

export interface Publication {
  readonly message: string;
  readonly subject?: string | undefined;
  /** `json` when the message has a text for each protocol. */
  readonly structure?: string | undefined;
  readonly attributes: MessageAttributes;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

export interface Published {
  readonly id: string;
  /** Of a FIFO topic. */
  readonly sequenceNumber?: string;
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_BYTES = 262_144;
const invalid = (problem: string) => new AwsError('InvalidParameter', `Invalid parameter: ${problem}`);

/** The library's topics, with subscriptions of functions, too; the library delivers to queues only. */
export class Topics extends SnsStore {
  readonly #queues: Queues;
  readonly #deliverToFunction: DeliverToFunction;

  constructor(queues: Queues, region: string, deliverToFunction: DeliverToFunction) {
    super();
    this.region = region;
    this.#queues = queues;
    this.#deliverToFunction = deliverToFunction;
  }

  /** The library does not write down what it adds to a topic that exists. */
  override createTopic(...declared: Parameters<SnsStore['createTopic']>): Topic {
    const topic = super.createTopic(...declared);
    this.persistence?.insertTopic(topic);
    return topic;
  }

  override deleteTopic(arn: string): boolean {
    this.#queues.tables.forget(arn);
    return super.deleteTopic(arn);
  }

  /** The library waits for a function to confirm, which it never does. */
  override subscribe(...declared: Parameters<SnsStore['subscribe']>): Subscription | undefined {
    const subscription = super.subscribe(...declared);
    if (subscription && !subscription.confirmed) {
      subscription.confirmed = true;
      this.persistence?.insertSubscription(subscription);
    }
    return subscription;
  }

  /** @throws AwsError NotFound, or InvalidParameter for what AWS does not take */
  publish(topicArn: string, publication: Publication): Published {
    const topic = this.getTopic(topicArn);
    if (!topic) throw new AwsError('NotFound', 'Topic does not exist', 404);
    check(publication);
    if (topic.attributes.FifoTopic !== 'true') {
      const id = crypto.randomUUID();
      this.#fanOut(topic, publication, { id });
      return { id };
    }
    if (!publication.groupId) throw invalid('The MessageGroupId parameter is required for FIFO topics');
    const isByContent = topic.attributes.ContentBasedDeduplication === 'true';
    const content = isByContent ? SqsStore.contentBasedDeduplicationId(publication.message) : undefined;
    const deduplicationId = publication.deduplicationId ?? content;
    if (!deduplicationId) {
      throw invalid(
        'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
      );
    }
    const { tables, now } = this.#queues;
    return tables.once(topicArn, deduplicationId, now(), () => {
      const sequenceNumber = String(tables.next(topicArn)).padStart(20, '0');
      const published = { id: crypto.randomUUID(), sequenceNumber };
      this.#fanOut(topic, { ...publication, deduplicationId }, published);
      return published;
    });
  }

  #fanOut(topic: Topic, publication: Publication, published: Published): void {
    const timestamp = new Date(this.#queues.now()).toISOString();
    for (const arn of topic.subscriptionArns) {
      const subscription = this.getSubscription(arn);
      if (!subscription) continue;
      const message = messageFor(subscription.protocol, publication);
      const { FilterPolicy, FilterPolicyScope } = subscription.attributes;
      if (FilterPolicy && !filterOf(FilterPolicy, FilterPolicyScope)(message, publication.attributes))
        continue;
      this.#deliver(subscription, publication, {
        Type: 'Notification',
        MessageId: published.id,
        ...(published.sequenceNumber && { SequenceNumber: published.sequenceNumber }),
        TopicArn: topic.arn,
        ...(publication.subject && { Subject: publication.subject }),
        Message: message,
        Timestamp: timestamp,
        SignatureVersion: '1',
        Signature: 'local',
      });
    }
  }

  /** What cannot be delivered goes to the dead-letter queue of the subscription, or else is lost, as on AWS. */
  #deliver(subscription: Subscription, publication: Publication, notification: Notification): void {
    const { arn, protocol, endpoint, attributes } = subscription;
    const { deadLetterTargetArn = '' } = JSON.parse(attributes.RedrivePolicy || '{}');
    const toFunction = () => {
      const MessageAttributes = typesAndValues(publication.attributes);
      const Sns = { Subject: null, ...notification, ...links('Url', arn), MessageAttributes };
      const record = { EventVersion: '1.0', EventSource: 'aws:sns', EventSubscriptionArn: arn, Sns };
      this.#deliverToFunction(endpoint, { Records: [record] }, 'topic');
    };
    const toQueue = (queueArn: string) => {
      const queue = this.#queues.getQueueByArn(queueArn);
      if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
      const isRaw = attributes.RawMessageDelivery === 'true';
      sendMessage(queue, {
        MessageBody: isRaw ? notification.Message : envelope(arn, publication, notification),
        MessageAttributes: isRaw ? publication.attributes : {},
        MessageGroupId: publication.groupId,
        MessageDeduplicationId: queue.isFifo() ? publication.deduplicationId : undefined,
      });
    };
    const deliver = () => (protocol === 'lambda' ? toFunction() : toQueue(endpoint));
    for (const attempt of [deliver, () => toQueue(deadLetterTargetArn)]) {
      try {
        attempt();
        return;
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
      }
    }
  }
}

type Notification = Readonly<Record<string, string>> & { readonly Message: string };

function messageFor(protocol: string, { message, structure }: Publication): string {
  if (structure !== 'json') return message;
  const texts = JSON.parse(message) as Record<string, string>;
  return texts[protocol] ?? texts.default ?? '';
}

function envelope(arn: string, { attributes }: Publication, notification: Notification): string {
  const MessageAttributes = typesAndValues(attributes);
  return JSON.stringify({
    ...notification,
    ...links('URL', arn),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes }),
  });
}

/** Queues and functions get them under names that differ in this. */
const links = (url: 'URL' | 'Url', subscriptionArn: string) => ({
  [`SigningCert${url}`]: 'https://sns.amazonaws.com/SimpleNotificationService.pem',
  [`Unsubscribe${url}`]: `https://sns.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
});

const typesAndValues = (attributes: MessageAttributes) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue },
    ]),
  );

function check({ message, subject, structure, attributes }: Publication): void {
  if (message === '') throw invalid('Empty message');
  if (calculateMessageSize(message, attributes) > MAX_BYTES) throw invalid('Message too long');
  if (subject !== undefined && !/^[^\p{Cc}]{1,100}$/u.test(subject)) throw invalid('Subject');
  if (structure !== undefined && structure !== 'json') throw invalid('MessageStructure');
  const texts = structure === 'json' ? jsonOf(message) : { default: '' };
  if (!isRecord(texts) || typeof texts.default !== 'string') {
    throw invalid('Message Structure - No default entry in JSON message body');
  }
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    const isArray = DataType === 'String.Array' && Array.isArray(jsonOf(StringValue ?? ''));
    const isText = /^(String|Number)(?!\.Array)/.test(DataType) && StringValue;
    if (!isArray && !isText && !(DataType === 'Binary' && BinaryValue)) {
      throw new AwsError('ParameterValueInvalid', `The message attribute '${name}' is invalid.`);
    }
  }
}
