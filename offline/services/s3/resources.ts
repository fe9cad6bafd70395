import { z } from 'zod';
import type { AwsClient } from '../../aws/client.ts';
import { AwsError } from '../../aws/error.ts';
import { boolean, declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';
import { documentOf, type Elements, elementsIn, namesIn, textIn, xmlOf } from '../fauxqs/xml.ts';

const notification = {
  Event: z.string(),
  Filter: z
    .strictObject({
      S3Key: z.strictObject({ Rules: z.array(z.strictObject({ Name: z.string(), Value: z.string() })) }),
    })
    .optional(),
};

const notificationsSchema = z.strictObject({
  LambdaConfigurations: z.array(z.strictObject({ ...notification, Function: z.string() })).default([]),
  QueueConfigurations: z.array(z.strictObject({ ...notification, Queue: z.string() })).default([]),
  TopicConfigurations: z.array(z.strictObject({ ...notification, Topic: z.string() })).default([]),
  EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: boolean.default(true) }).optional(),
});

const corsSchema = z.strictObject({
  CorsRules: z.array(
    z.strictObject({
      Id: z.string().optional(),
      AllowedHeaders: z.array(z.string()).default([]),
      AllowedMethods: z.array(z.string()),
      AllowedOrigins: z.array(z.string()),
      ExposedHeaders: z.array(z.string()).default([]),
      MaxAge: z.coerce.number().optional(),
    }),
  ),
});

const bucketSchema = z.strictObject({
  BucketName: z.string().optional(),
  CorsConfiguration: corsSchema.optional(),
  NotificationConfiguration: notificationsSchema.prefault({}),
  VersioningConfiguration: z.strictObject({ Status: z.literal('Enabled') }).optional(),
  AccelerateConfiguration: irrelevant,
  AccessControl: irrelevant,
  AnalyticsConfigurations: irrelevant,
  BucketEncryption: irrelevant,
  IntelligentTieringConfigurations: irrelevant,
  InventoryConfigurations: irrelevant,
  // Nothing expires on one machine.
  LifecycleConfiguration: irrelevant,
  LoggingConfiguration: irrelevant,
  MetricsConfigurations: irrelevant,
  OwnershipControls: irrelevant,
  PublicAccessBlockConfiguration: irrelevant,
  Tags: irrelevant,
});

type Notifications = z.output<typeof notificationsSchema>;

const eventsSchema = z.strictObject({
  BucketName: z.string(),
  LambdaConfigurations: notificationsSchema.shape.LambdaConfigurations,
});

/** Events of functions on a bucket that is declared elsewhere; the framework makes a custom resource of them, too. */
export const BUCKET_EVENTS = 'Custom::S3';

/** How the resources of S3 are created, by their types. */
export function bucketResources(
  client: AwsClient,
  { reset, stackName }: { reset: boolean; stackName: string },
) {
  async function call(method: string, path: string, body?: string): Promise<string> {
    const response = await client.rest('s3', method, path, body);
    const xml = await response.text();
    if (response.ok) return xml;
    throw new AwsError(
      textIn(xml, 'Code') ?? 'UnknownError',
      textIn(xml, 'Message') ?? path,
      response.status,
    );
  }

  async function create(name: string): Promise<void> {
    try {
      await call('PUT', `/${name}`);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'BucketAlreadyOwnedByYou')) throw error;
      if (!reset) return;
      await empty(name);
      await call('DELETE', `/${name}`);
      await call('PUT', `/${name}`);
    }
  }

  async function empty(name: string): Promise<void> {
    for (;;) {
      const xml = await call('GET', `/${name}?versions`);
      const objects = [...elementsIn(xml, 'Version'), ...elementsIn(xml, 'DeleteMarker')].map((one) => {
        return { Key: textIn(one, 'Key'), VersionId: textIn(one, 'VersionId') };
      });
      if (objects.length === 0) return;
      await call('POST', `/${name}?delete`, documentOf('Delete', { Object: objects }));
    }
  }

  async function setCors(name: string, { CorsRules }: z.output<typeof corsSchema>): Promise<void> {
    const rules = CorsRules.map((rule) => ({
      ID: rule.Id,
      AllowedHeader: rule.AllowedHeaders,
      AllowedMethod: rule.AllowedMethods,
      AllowedOrigin: rule.AllowedOrigins,
      ExposeHeader: rule.ExposedHeaders,
      MaxAgeSeconds: rule.MaxAge,
    }));
    await call('PUT', `/${name}?cors`, documentOf('CORSConfiguration', { CORSRule: rules }));
  }

  /** Each resource has the notifications whose ids begin with its own, and leaves the others as they are. */
  async function setNotifications(name: string, owner: string, own: Notifications): Promise<void> {
    const xml = await call('GET', `/${name}?notification`);
    const elements = [
      ...own.LambdaConfigurations.map((one) => notificationElement('CloudFunction', one.Function, one)),
      ...own.QueueConfigurations.map((one) => notificationElement('Queue', one.Queue, one)),
      ...own.TopicConfigurations.map((one) => notificationElement('Topic', one.Topic, one)),
    ].map(([kind, content], index) => xmlOf({ [kind]: { Id: `${owner}-${index + 1}`, ...content } }));
    const others = ['CloudFunction', 'Queue', 'Topic'].flatMap((target) => {
      const kind = `${target}Configuration`;
      const kept = elementsIn(xml, kind).filter((one) => !textIn(one, 'Id')?.startsWith(`${owner}-`));
      return kept.map((one) => `<${kind}>${one}</${kind}>`);
    });
    const hasEventBridge =
      own.EventBridgeConfiguration?.EventBridgeEnabled ?? namesIn(xml).has('EventBridgeConfiguration');
    const eventBridge = hasEventBridge ? '<EventBridgeConfiguration/>' : '';
    const configuration = [...others, ...elements, eventBridge].join('');
    await call(
      'PUT',
      `/${name}?notification`,
      `<NotificationConfiguration>${configuration}</NotificationConfiguration>`,
    );
  }

  return {
    async 'AWS::S3::Bucket'(logicalId: string, properties: object) {
      const bucket = declared(`Resource ${logicalId}`, bucketSchema, properties);
      const name = bucket.BucketName ?? `${stackName}-${logicalId}`.toLowerCase();
      await create(name);
      const isVersioned = textIn(await call('GET', `/${name}?versioning`), 'Status') === 'Enabled';
      if (bucket.VersioningConfiguration) {
        await call(
          'PUT',
          `/${name}?versioning`,
          documentOf('VersioningConfiguration', { Status: 'Enabled' }),
        );
      } else if (isVersioned) {
        throw new LocalCloudError(
          `Bucket ${name} (${logicalId}) keeps versions, which the local cloud cannot suspend. ` +
            'Start once with --reset to drop what is declared and create it anew.',
        );
      }
      if (bucket.CorsConfiguration) await setCors(name, bucket.CorsConfiguration);
      else await call('DELETE', `/${name}?cors`);
      const off = { EventBridgeConfiguration: { EventBridgeEnabled: false } };
      await setNotifications(name, logicalId, { ...off, ...bucket.NotificationConfiguration });
      const host = `${name}.s3.amazonaws.com`;
      return {
        ref: name,
        attributes: { Arn: `arn:aws:s3:::${name}`, DomainName: host, RegionalDomainName: host },
      };
    },

    async [BUCKET_EVENTS](logicalId: string, properties: object) {
      const { BucketName, ...events } = declared(`Resource ${logicalId}`, eventsSchema, properties);
      await setNotifications(BucketName, logicalId, { ...notificationsSchema.parse({}), ...events });
      return { ref: logicalId, attributes: {} };
    },

    /** Who may read and write is not asked here. */
    async 'AWS::S3::BucketPolicy'(logicalId: string) {
      return { ref: logicalId, attributes: {} };
    },
  };
}

function notificationElement(
  target: string,
  arn: string,
  { Event, Filter }: Pick<Notifications['LambdaConfigurations'][number], 'Event' | 'Filter'>,
): [kind: string, content: Elements] {
  const rules = Filter && { S3Key: { FilterRule: Filter.S3Key.Rules } };
  return [`${target}Configuration`, { [target]: arn, Event, Filter: rules }];
}
