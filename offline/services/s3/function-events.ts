import { z } from 'zod';
import { declared, irrelevant } from '../../declaration.ts';
import type { DeclaredResource } from '../service.ts';
import { BUCKET_EVENTS } from './resources.ts';

const schema = z.strictObject({
  bucket: z.string(),
  event: z.string().default('s3:ObjectCreated:*'),
  existing: z.boolean().default(false),
  forceDeploy: irrelevant,
  rules: z
    .array(z.union([z.strictObject({ prefix: z.string() }), z.strictObject({ suffix: z.string() })]))
    .optional(),
});

/** The section `provider.s3`: properties of buckets that events create, by the names that the events use. */
export type ProviderBuckets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * What the framework makes of a function's `s3` events, whose intrinsic functions are resolved: buckets that are not
 * declared elsewhere, and the function's notifications.
 *
 * @throws LocalCloudError that names the function and a property that is not supported
 */
export function bucketEventResources(
  { key, arn }: { readonly key: string; readonly arn: string },
  events: readonly Readonly<Record<string, unknown>>[],
  providerBuckets: ProviderBuckets = {},
): DeclaredResource[] {
  const buckets = new Map<string, DeclaredResource>();
  const configurations = new Map<string, object[]>();
  for (const { s3 } of events) {
    if (s3 === undefined) continue;
    const event = declared(`function ${key}: s3`, schema, typeof s3 === 'string' ? { bucket: s3 } : s3);
    const { name, ...properties } = (!event.existing && providerBuckets[event.bucket]) || {};
    const BucketName = String(name ?? event.bucket);
    if (!event.existing) {
      const given = Object.entries(properties).map(([property, value]) => [capitalized(property), value]);
      const logicalId = `S3Bucket${idOf(event.bucket)}`;
      buckets.set(logicalId, {
        logicalId,
        type: 'AWS::S3::Bucket',
        properties: { BucketName, ...Object.fromEntries(given) },
      });
    }
    const Rules = event.rules?.flatMap((rule) =>
      Object.entries(rule).map(([Name, Value]) => ({ Name, Value })),
    );
    const configuration = {
      Event: event.event,
      Function: arn,
      ...(Rules && { Filter: { S3Key: { Rules } } }),
    };
    configurations.set(BucketName, [...(configurations.get(BucketName) ?? []), configuration]);
  }
  const notifications = [...configurations].map(([BucketName, LambdaConfigurations]) => ({
    logicalId: `${idOf(key)}CustomS3${idOf(BucketName)}`,
    type: BUCKET_EVENTS,
    properties: { BucketName, LambdaConfigurations },
  }));
  return [...buckets.values(), ...notifications];
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const idOf = (name: string) => capitalized(name.replace(/[^0-9A-Za-z]/g, ''));
