import { z } from 'zod';
import type { AwsClient } from '../../aws/client.ts';
import { boolean, declared, irrelevant } from '../../declaration.ts';
import { elementsIn, textIn } from '../fauxqs/xml.ts';

const json = z.union([
  z.string(),
  z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value)),
]);
const endpoint = { Protocol: z.string(), Endpoint: z.string() };

const topicSchema = z.strictObject({
  TopicName: z.string().optional(),
  FifoTopic: boolean.default(false),
  ContentBasedDeduplication: boolean.default(false),
  Subscription: z.array(z.strictObject(endpoint)).default([]),
  DeliveryStatusLogging: irrelevant,
  // Only e-mails and text messages show it.
  DisplayName: irrelevant,
  KmsMasterKeyId: irrelevant,
  SignatureVersion: irrelevant,
  Tags: irrelevant,
  TracingConfig: irrelevant,
});

/** What is no longer declared goes back to AWS's default. */
const DEFAULTS: Readonly<Record<string, string>> = {
  RawMessageDelivery: 'false',
  RedrivePolicy: '',
  FilterPolicyScope: 'MessageAttributes',
  FilterPolicy: '{}',
};

const subscriptionSchema = z.strictObject({
  ...endpoint,
  TopicArn: z.string(),
  RawMessageDelivery: boolean.optional(),
  RedrivePolicy: json.optional(),
  FilterPolicyScope: z.string().optional(),
  FilterPolicy: json.optional(),
  Region: irrelevant,
});

/** How the resources of SNS are created, by their types. */
export function topicResources(
  client: AwsClient,
  { reset, stackName }: { reset: boolean; stackName: string },
) {
  const call = (action: string, parameters: Readonly<Record<string, string>>) =>
    client.query('sns', action, parameters);

  async function find(TopicArn: string, Protocol: string, Endpoint: string): Promise<string | undefined> {
    for (let NextToken: string | undefined = ''; NextToken !== undefined; ) {
      const xml: string = await call('ListSubscriptionsByTopic', {
        TopicArn,
        ...(NextToken && { NextToken }),
      });
      const found = elementsIn(xml, 'member').find(
        (member) => textIn(member, 'Protocol') === Protocol && textIn(member, 'Endpoint') === Endpoint,
      );
      if (found) return textIn(found, 'SubscriptionArn');
      NextToken = textIn(xml, 'NextToken');
    }
    return undefined;
  }

  async function subscribe(owner: string, declaration: object): Promise<string> {
    const {
      TopicArn,
      Protocol,
      Endpoint,
      Region: _,
      ...declaredAttributes
    } = declared(owner, subscriptionSchema, declaration);
    const SubscriptionArn =
      (await find(TopicArn, Protocol, Endpoint)) ??
      textIn(await call('Subscribe', { TopicArn, Protocol, Endpoint }), 'SubscriptionArn') ??
      '';
    const xml = await call('GetSubscriptionAttributes', { SubscriptionArn });
    const present = Object.fromEntries(
      elementsIn(xml, 'entry').map((entry) => [textIn(entry, 'key'), textIn(entry, 'value')]),
    );
    const wanted: Readonly<Record<string, unknown>> = declaredAttributes;
    const changed = Object.entries(DEFAULTS)
      .map(([name, byDefault]) => [name, String(wanted[name] ?? byDefault)] as const)
      .filter(([name, value]) => value !== (present[name] ?? DEFAULTS[name]));
    // A policy may hold for one scope only.
    if (changed.some(([name]) => name === 'FilterPolicyScope')) changed.unshift(['FilterPolicy', '{}']);
    for (const [AttributeName, AttributeValue] of changed) {
      await call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });
    }
    return SubscriptionArn;
  }

  return {
    async 'AWS::SNS::Topic'(logicalId: string, properties: object) {
      const owner = `Resource ${logicalId}`;
      const { FifoTopic: isFifo, ...topic } = declared(owner, topicSchema, properties);
      const Name = topic.TopicName ?? `${stackName}-${logicalId}${isFifo ? '.fifo' : ''}`;
      const fifo = { 'Attributes.entry.1.key': 'FifoTopic', 'Attributes.entry.1.value': 'true' };
      const create = async () =>
        textIn(await call('CreateTopic', { Name, ...(isFifo && fifo) }), 'TopicArn') ?? '';
      const TopicArn = await create();
      if (reset) {
        await call('DeleteTopic', { TopicArn });
        await create();
      }
      if (isFifo) {
        const AttributeValue = String(topic.ContentBasedDeduplication);
        await call('SetTopicAttributes', {
          TopicArn,
          AttributeName: 'ContentBasedDeduplication',
          AttributeValue,
        });
      }
      for (const subscription of topic.Subscription) await subscribe(owner, { TopicArn, ...subscription });
      return { ref: TopicArn, attributes: { TopicArn, TopicName: Name } };
    },

    async 'AWS::SNS::Subscription'(logicalId: string, properties: object) {
      const arn = await subscribe(`Resource ${logicalId}`, properties);
      return { ref: arn, attributes: { Arn: arn } };
    },

    /** Who may publish is not asked here. */
    async 'AWS::SNS::TopicPolicy'(logicalId: string) {
      return { ref: logicalId, attributes: {} };
    },
  };
}
