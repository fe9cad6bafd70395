/*
 * What is used of fauxqs. All that the package exports is a server that listens on every interface, takes bodies up to
 * 11 MiB and does something else when it does not know a request. The stores and actions behind it are reached by
 * their place in the package, here and nowhere else; the version is pinned.
 */
import { S3Error, SnsError, SqsError } from '../../../node_modules/fauxqs/dist/common/errors.js';
import { abortMultipartUpload } from '../../../node_modules/fauxqs/dist/s3/actions/abortMultipartUpload.js';
import { completeMultipartUpload } from '../../../node_modules/fauxqs/dist/s3/actions/completeMultipartUpload.js';
import { createMultipartUpload } from '../../../node_modules/fauxqs/dist/s3/actions/createMultipartUpload.js';
import { deleteBucketLifecycleConfiguration } from '../../../node_modules/fauxqs/dist/s3/actions/deleteBucketLifecycleConfiguration.js';
import { getBucketLifecycleConfiguration } from '../../../node_modules/fauxqs/dist/s3/actions/getBucketLifecycleConfiguration.js';
import { getObject } from '../../../node_modules/fauxqs/dist/s3/actions/getObject.js';
import { getObjectAttributes } from '../../../node_modules/fauxqs/dist/s3/actions/getObjectAttributes.js';
import { headObject } from '../../../node_modules/fauxqs/dist/s3/actions/headObject.js';
import { putBucketLifecycleConfiguration } from '../../../node_modules/fauxqs/dist/s3/actions/putBucketLifecycleConfiguration.js';
import { putObject } from '../../../node_modules/fauxqs/dist/s3/actions/putObject.js';
import { uploadPart } from '../../../node_modules/fauxqs/dist/s3/actions/uploadPart.js';
import type { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
import { createTopic } from '../../../node_modules/fauxqs/dist/sns/actions/createTopic.js';
import { deleteTopic } from '../../../node_modules/fauxqs/dist/sns/actions/deleteTopic.js';
import { getSubscriptionAttributes } from '../../../node_modules/fauxqs/dist/sns/actions/getSubscriptionAttributes.js';
import { getTopicAttributes } from '../../../node_modules/fauxqs/dist/sns/actions/getTopicAttributes.js';
import {
  listSubscriptions,
  listSubscriptionsByTopic,
} from '../../../node_modules/fauxqs/dist/sns/actions/listSubscriptions.js';
import { listTopics } from '../../../node_modules/fauxqs/dist/sns/actions/listTopics.js';
import { setSubscriptionAttributes } from '../../../node_modules/fauxqs/dist/sns/actions/setSubscriptionAttributes.js';
import { setTopicAttributes } from '../../../node_modules/fauxqs/dist/sns/actions/setTopicAttributes.js';
import { subscribe } from '../../../node_modules/fauxqs/dist/sns/actions/subscribe.js';
import {
  listTagsForResource,
  tagResource,
  untagResource,
} from '../../../node_modules/fauxqs/dist/sns/actions/tagResource.js';
import { unsubscribe } from '../../../node_modules/fauxqs/dist/sns/actions/unsubscribe.js';
import type { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
import { createQueue } from '../../../node_modules/fauxqs/dist/sqs/actions/createQueue.js';
import { deleteQueue } from '../../../node_modules/fauxqs/dist/sqs/actions/deleteQueue.js';
import { getQueueAttributes } from '../../../node_modules/fauxqs/dist/sqs/actions/getQueueAttributes.js';
import { getQueueUrl } from '../../../node_modules/fauxqs/dist/sqs/actions/getQueueUrl.js';
import { listQueueTags } from '../../../node_modules/fauxqs/dist/sqs/actions/listQueueTags.js';
import { purgeQueue } from '../../../node_modules/fauxqs/dist/sqs/actions/purgeQueue.js';
import { tagQueue } from '../../../node_modules/fauxqs/dist/sqs/actions/tagQueue.js';
import { untagQueue } from '../../../node_modules/fauxqs/dist/sqs/actions/untagQueue.js';
import type { SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import type { MessageAttributeValue } from '../../../node_modules/fauxqs/dist/sqs/sqsTypes.js';
import { AwsError } from '../../aws/error.ts';

export { md5, md5OfMessageAttributes } from '../../../node_modules/fauxqs/dist/common/md5.js';
export { escapeXml, snsSuccessResponse } from '../../../node_modules/fauxqs/dist/common/xml.js';
export { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';
export { computeChecksum } from '../../../node_modules/fauxqs/dist/s3/checksum.js';
export { decodeAwsChunked } from '../../../node_modules/fauxqs/dist/s3/chunkedEncoding.js';
export { S3Store } from '../../../node_modules/fauxqs/dist/s3/s3Store.js';
export type { MultipartUpload, S3Object } from '../../../node_modules/fauxqs/dist/s3/s3Types.js';
export { validateFilterPolicyLimits } from '../../../node_modules/fauxqs/dist/sns/filter.js';
export { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
export type {
  SnsSubscription as Subscription,
  SnsTopic as Topic,
} from '../../../node_modules/fauxqs/dist/sns/snsTypes.js';
export { SqsQueue, SqsStore } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
export {
  ALL_ATTRIBUTE_NAMES,
  calculateMessageSize,
  SETTABLE_ATTRIBUTES,
  validateQueueAttributes,
} from '../../../node_modules/fauxqs/dist/sqs/sqsTypes.js';
export { getCallerIdentity } from '../../../node_modules/fauxqs/dist/sts/getCallerIdentity.js';

export type MessageAttributes = Readonly<Record<string, MessageAttributeValue>>;

const ofQueues = {
  ...{ createQueue, deleteQueue, getQueueAttributes, getQueueUrl },
  ...{ listQueueTags, purgeQueue, tagQueue, untagQueue },
};
type QueueAction = (input: object, queues: SqsStore, request: { headers: object }) => object;
export const queueActions = ofQueues as unknown as Readonly<Record<keyof typeof ofQueues, QueueAction>>;

const ofTopics = {
  ...{ createTopic, deleteTopic, listTopics, getTopicAttributes, setTopicAttributes },
  ...{ subscribe, unsubscribe, getSubscriptionAttributes, setSubscriptionAttributes },
  ...{ listSubscriptions, listSubscriptionsByTopic, tagResource, untagResource, listTagsForResource },
};
type TopicAction = (
  parameters: Readonly<Record<string, string>>,
  topics: SnsStore,
  queues: undefined,
  request: { headers: object },
) => string;
export const topicActions = ofTopics as unknown as Readonly<Record<keyof typeof ofTopics, TopicAction>>;

/** What an action of S3 answers. */
export interface Reply {
  header(name: string, value: string | number): unknown;
  status(code: number): Reply;
  send(body?: string | Uint8Array): void;
}

export interface ObjectRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly params: { readonly bucket: string; readonly '*': string };
  readonly query: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const ofObjects = {
  ...{ putObject, getObject, headObject, getObjectAttributes },
  ...{ createMultipartUpload, uploadPart, completeMultipartUpload, abortMultipartUpload },
  ...{ getBucketLifecycleConfiguration, putBucketLifecycleConfiguration, deleteBucketLifecycleConfiguration },
};
/** An action needs no more of the buckets than what it calls. */
type ObjectAction = (request: ObjectRequest, reply: Reply, buckets: Partial<S3Store>) => void;
export const objectActions = ofObjects as unknown as Readonly<Record<keyof typeof ofObjects, ObjectAction>>;

/** What the library throws, as the endpoint answers it. */
export function toAwsError(error: unknown): unknown {
  const isLibraryError = error instanceof SqsError || error instanceof SnsError || error instanceof S3Error;
  return isLibraryError ? new AwsError(error.code, error.message, error.statusCode) : error;
}
