import { at, listAt, STATEFUL } from '../template.ts';
import { each, type Rule, unless } from './rule.ts';

const BUCKET = ['AWS::S3::Bucket'];

const KEPT = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];
const PUBLIC_BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];

export const dataRules: readonly Rule[] = [
  {
    id: 'table-protection',
    why: 'one wrong write or click takes all orders; where nothing is kept it blocks removing the stage',
    source: 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-deletion-protection.html',
    check: each(['AWS::DynamoDB::Table'], ({ properties }, { protectsData }) => {
      const recovers =
        at(properties, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') === true;
      const isProtected = properties.DeletionProtectionEnabled === true;
      const wrongly = protectsData ? 'does not have' : 'has';
      return [
        ...unless(recovers === protectsData, `${wrongly} point-in-time recovery`),
        ...unless(isProtected === protectsData, `${wrongly} deletion protection`),
      ];
    }),
  },
  {
    id: 'pool-protection',
    why: 'customers cannot be asked to sign up again; where nothing is kept it blocks removing the stage',
    source:
      'https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html',
    check: each(['AWS::Cognito::UserPool'], ({ properties }, { protectsData }) =>
      unless(
        (properties.DeletionProtection === 'ACTIVE') === protectsData,
        `${protectsData ? 'does not have' : 'has'} deletion protection`,
      ),
    ),
  },
  {
    id: 'data-kept',
    why: 'a resource that leaves the template, or is replaced, takes its data along; kept in a short-lived stage, it blocks the next deploy',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html',
    check: each(STATEFUL, ({ resource }, { protectsData }) =>
      [
        ['deletion', resource.DeletionPolicy] as const,
        ['replacement', resource.UpdateReplacePolicy] as const,
      ].flatMap(([event, policy = 'Delete']) =>
        unless(
          KEPT.includes(policy) === protectsData,
          protectsData ? `loses its data on ${event}` : `stays behind on ${event}`,
        ),
      ),
    ),
  },
  {
    id: 'bucket-public',
    why: 'one wrong policy shows every object to the world',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html',
    check: each(BUCKET, ({ properties }) =>
      PUBLIC_BLOCKS.filter((block) => at(properties, 'PublicAccessBlockConfiguration', block) !== true).map(
        (block) => `lacks ${block}`,
      ),
    ),
  },
  {
    id: 'bucket-encryption',
    why: 'a template that names the encryption says so to whoever audits it',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html',
    check: each(BUCKET, ({ properties }) =>
      unless(
        listAt(properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration').length > 0,
        'names no encryption',
      ),
    ),
  },
  {
    id: 'bucket-versioning',
    why: 'an object that is overwritten or deleted is gone at once',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html',
    check: each(BUCKET, ({ properties }) =>
      unless(at(properties, 'VersioningConfiguration', 'Status') === 'Enabled', 'keeps no versions'),
    ),
  },
  {
    id: 'bucket-unfinished',
    why: 'parts of uploads that were never finished are in no listing and on every bill',
    source:
      'https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html',
    check: each(BUCKET, ({ properties }) =>
      unless(
        listAt(properties, 'LifecycleConfiguration', 'Rules').some(
          (rule) =>
            at(rule, 'AbortIncompleteMultipartUpload') !== undefined && at(rule, 'Status') === 'Enabled',
        ),
        'keeps parts of unfinished uploads',
      ),
    ),
  },
  {
    id: 'topic-encryption',
    why: 'messages lie readable on disks',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html',
    check: each(['AWS::SNS::Topic'], ({ properties }) =>
      unless(properties.KmsMasterKeyId !== undefined, 'is not encrypted'),
    ),
  },
];
