import { z } from 'zod';
import { declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';
import type { DeclaredResource } from '../service.ts';

const schema = z
  .strictObject({
    arn: z.string().optional(),
    topicName: z.string().optional(),
    displayName: irrelevant,
    filterPolicy: z.record(z.string(), z.unknown()).optional(),
    filterPolicyScope: z.string().optional(),
    redrivePolicy: z
      .strictObject({
        deadLetterTargetArn: z.string().optional(),
        deadLetterTargetRef: z.string().optional(),
      })
      .optional(),
  })
  .refine(({ arn, topicName }) => arn ?? topicName, 'it takes arn or topicName');

/**
 * What the framework makes of a function's `sns` events, whose intrinsic functions are resolved: topics, and the
 * subscriptions of the function. `arnOf` knows the ARN of a declared resource.
 *
 * @throws LocalCloudError that names the function and a property that is not supported
 */
export function topicEventResources(
  { key, arn }: { readonly key: string; readonly arn: string },
  events: readonly Readonly<Record<string, unknown>>[],
  arnOf: (logicalId: string) => string | undefined,
): DeclaredResource[] {
  const [, , , region, account] = arn.split(':');
  return events.flatMap(({ sns }) => {
    if (sns === undefined) return [];
    const owner = `function ${key}: sns`;
    const isArn = typeof sns === 'string' && sns.startsWith('arn:');
    const event = declared(
      owner,
      schema,
      typeof sns !== 'string' ? sns : isArn ? { arn: sns } : { topicName: sns },
    );
    const topicName = event.topicName ?? event.arn?.split(':').at(-1) ?? '';
    const id = topicName.replace(/[^0-9A-Za-z]/g, '');
    const { deadLetterTargetRef = '', deadLetterTargetArn = arnOf(deadLetterTargetRef) } =
      event.redrivePolicy ?? {};
    if (event.redrivePolicy && !deadLetterTargetArn) {
      throw new LocalCloudError(`${owner}: redrivePolicy: there is no queue "${deadLetterTargetRef}".`);
    }
    const topic = {
      logicalId: `SNSTopic${capitalized(id)}`,
      type: 'AWS::SNS::Topic',
      properties: { TopicName: topicName },
    };
    const subscription = {
      logicalId: `${capitalized(key)}SnsSubscription${capitalized(id)}`,
      type: 'AWS::SNS::Subscription',
      properties: {
        TopicArn: event.arn ?? `arn:aws:sns:${region}:${account}:${topicName}`,
        Protocol: 'lambda',
        Endpoint: arn,
        FilterPolicy: event.filterPolicy,
        FilterPolicyScope: event.filterPolicyScope,
        RedrivePolicy: event.redrivePolicy && { deadLetterTargetArn },
      },
    };
    return event.arn === undefined ? [topic, subscription] : [subscription];
  });
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
