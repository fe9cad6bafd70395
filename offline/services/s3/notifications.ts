import { AwsError } from '../../aws/error.ts';
import type { EventDetails } from '../event-bridge/event.ts';
import { elementsIn, namesIn, textIn } from '../fauxqs/xml.ts';
import type { Buckets } from './objects.ts';
import { notEmulated } from './route.ts';

/** What takes a bucket's notifications; it stores them before it returns. */
export interface Receivers {
  /** To a function, a queue or a topic. */
  notify(targetArn: string, event: object): void;
  putEvent(event: EventDetails): void;
}

/** What happened to an object. `name` is that of a notification, `reason` that of an event for EventBridge. */
export interface Change {
  readonly name: string;
  readonly reason: string;
  readonly bucket: string;
  readonly key: string;
  readonly size?: number;
  readonly etag?: string;
  readonly versionId?: string | undefined;
}

interface Notification {
  readonly id: string;
  readonly target: string;
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

const KINDS = {
  QueueConfiguration: 'Queue',
  TopicConfiguration: 'Topic',
  CloudFunctionConfiguration: 'CloudFunction',
};
const KNOWN = new Set([
  ...['NotificationConfiguration', 'EventBridgeConfiguration', 'Id', 'Event'],
  ...['Filter', 'S3Key', 'FilterRule', 'Name', 'Value', ...Object.entries(KINDS).flat()],
]);
const EVENTS =
  /^s3:(ObjectCreated:(\*|Put|Post|Copy|CompleteMultipartUpload)|ObjectRemoved:(\*|Delete|DeleteMarkerCreated))$/;

/** @throws AwsError for what would not be done as it says */
export function notificationsIn(xml: string): { notifications: Notification[]; hasEventBridge: boolean } {
  const unknown = [...namesIn(xml)].find((name) => !KNOWN.has(name));
  if (unknown) throw notEmulated(unknown);
  const notifications = Object.entries(KINDS).flatMap(([kind, target]) =>
    elementsIn(xml, kind).map((one) => notificationIn(one, textIn(one, target) ?? '')),
  );
  return { notifications, hasEventBridge: namesIn(xml).has('EventBridgeConfiguration') };
}

function notificationIn(xml: string, target: string): Notification {
  const events = elementsIn(xml, 'Event');
  const unknown = events.find((event) => !EVENTS.test(event));
  if (unknown) throw notEmulated(`notifications of ${unknown}`);
  const rules = elementsIn(xml, 'FilterRule').map((rule) => [
    textIn(rule, 'Name')?.toLowerCase(),
    textIn(rule, 'Value') ?? '',
  ]);
  const { prefix = '', suffix = '', ...others } = Object.fromEntries(rules) as Record<string, string>;
  if (Object.keys(others).length > 0) {
    throw new AwsError('InvalidArgument', 'filter rule name must be either prefix or suffix');
  }
  return { id: textIn(xml, 'Id') ?? crypto.randomUUID(), target, events, prefix, suffix };
}

/** Tells whom the bucket's configuration names. */
export function announce(buckets: Buckets, receivers: Receivers, region: string, change: Change): void {
  const configuration = buckets.setting(change.bucket, 'notification');
  if (!configuration) return;
  const { notifications, hasEventBridge } = notificationsIn(configuration);
  const now = new Date();
  // notification-content-structure.html: of two events for one key, the later has the greater sequencer.
  const sequencer = buckets.tables.next('sequencer').toString(16).toUpperCase().padStart(18, '0');
  for (const { id, target, events, prefix, suffix } of notifications) {
    const isOfKind = events.some(
      (event) => event === `s3:${change.name}` || event === `s3:${change.name.replace(/:.*/, ':*')}`,
    );
    if (!isOfKind || !change.key.startsWith(prefix) || !change.key.endsWith(suffix)) continue;
    receivers.notify(target, { Records: [recordOf(change, { id, region, now, sequencer })] });
  }
  if (hasEventBridge) receivers.putEvent(eventOf(change, now, sequencer));
}

/** AmazonS3/latest/userguide/notification-content-structure.html */
function recordOf(
  { name, bucket, key, size, etag, versionId }: Change,
  { id, region, now, sequencer }: { id: string; region: string; now: Date; sequencer: string },
): object {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventTime: now.toISOString(),
    eventName: name,
    userIdentity: { principalId: 'AWS:local' },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': requestId(), 'x-amz-id-2': 'local' },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: id,
      bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${bucket}` },
      object: { key: formEncoded(key), size, eTag: etag, versionId, sequencer },
    },
  };
}

/** AmazonS3/latest/userguide/ev-events.html */
function eventOf(change: Change, now: Date, sequencer: string): EventDetails {
  const { name, reason, bucket, key, size, etag, versionId } = change;
  const isCreated = name.startsWith('ObjectCreated');
  const deletion = name.endsWith('DeleteMarkerCreated') ? 'Delete Marker Created' : 'Permanently Deleted';
  return {
    source: 'aws.s3',
    detailType: isCreated ? 'Object Created' : 'Object Deleted',
    resources: [`arn:aws:s3:::${bucket}`],
    time: now.getTime(),
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size, etag, 'version-id': versionId, sequencer },
      'request-id': requestId(),
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
      reason,
      ...(!isCreated && { 'deletion-type': deletion }),
    },
  };
}

const requestId = () => crypto.randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();

/** As in a query: a space is a plus sign. */
const formEncoded = (key: string) =>
  key
    .split('/')
    .map((part) => new URLSearchParams([['', part]]).toString().slice(1))
    .join('/');
