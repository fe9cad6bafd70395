import { describe } from '@jest/globals';
import { type Example, testRules } from '../testing/rule-examples.ts';
import { dataRules } from './data.ts';

const bucket = (Properties: Record<string, unknown>) => ({ Type: 'AWS::S3::Bucket', Properties });
const table = (isProtected: boolean) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    DeletionProtectionEnabled: isProtected,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: isProtected },
  },
});
const recovery = 'Orders.Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled';
const kept = (Type: string) => ({ Type, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Snapshot' });

const examples: Readonly<Record<string, Example>> = {
  'table-protection': {
    fine: { Orders: table(true) },
    broken: [
      [recovery, false, 'Orders does not have point-in-time recovery'],
      ['Orders.Properties.DeletionProtectionEnabled', undefined, 'Orders does not have deletion protection'],
    ],
  },
  'pool-protection': {
    fine: { Pool: { Type: 'AWS::Cognito::UserPool', Properties: { DeletionProtection: 'ACTIVE' } } },
    broken: [['Pool.Properties.DeletionProtection', 'INACTIVE', 'Pool does not have deletion protection']],
  },
  'data-kept': {
    fine: {
      Orders: kept('AWS::DynamoDB::Table'),
      Uploads: kept('AWS::S3::Bucket'),
      Sales: kept('AWS::RDS::DBInstance'),
      Jobs: { Type: 'AWS::SQS::Queue' },
    },
    broken: [
      ['Orders.DeletionPolicy', undefined, 'Orders loses its data on deletion'],
      ['Uploads.UpdateReplacePolicy', 'Delete', 'Uploads loses its data on replacement'],
      ['Sales.UpdateReplacePolicy', undefined, 'Sales loses its data on replacement'],
    ],
  },
  'bucket-public': {
    fine: {
      Uploads: bucket({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    },
    broken: [
      [
        'Uploads.Properties.PublicAccessBlockConfiguration.BlockPublicAcls',
        false,
        'Uploads lacks BlockPublicAcls',
      ],
      [
        'Uploads.Properties.PublicAccessBlockConfiguration.RestrictPublicBuckets',
        undefined,
        'Uploads lacks RestrictPublicBuckets',
      ],
    ],
  },
  'bucket-encryption': {
    fine: {
      Uploads: bucket({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      }),
    },
    broken: [['Uploads.Properties.BucketEncryption', undefined, 'Uploads names no encryption']],
  },
  'bucket-versioning': {
    fine: { Uploads: bucket({ VersioningConfiguration: { Status: 'Enabled' } }) },
    broken: [['Uploads.Properties.VersioningConfiguration.Status', 'Suspended', 'Uploads keeps no versions']],
  },
  'bucket-unfinished': {
    fine: {
      Uploads: bucket({
        LifecycleConfiguration: {
          Rules: [
            { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
            { Status: 'Enabled', ExpirationInDays: 30 },
          ],
        },
      }),
    },
    broken: [
      [
        'Uploads.Properties.LifecycleConfiguration.Rules.0',
        undefined,
        'Uploads keeps parts of unfinished uploads',
      ],
      [
        'Uploads.Properties.LifecycleConfiguration.Rules.0.Status',
        'Disabled',
        'Uploads keeps parts of unfinished uploads',
      ],
    ],
  },
  'topic-encryption': {
    fine: { Alerts: { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: 'alias/aws/sns' } } },
    broken: [['Alerts.Properties.KmsMasterKeyId', undefined, 'Alerts is not encrypted']],
  },
};

testRules(dataRules, examples);

describe('where data is not protected', () => {
  const inDev: Readonly<Record<string, Example>> = {
    'table-protection': {
      protectsData: false,
      fine: { Orders: table(false) },
      broken: [
        [recovery, true, 'Orders has point-in-time recovery'],
        ['Orders.Properties.DeletionProtectionEnabled', true, 'Orders has deletion protection'],
      ],
    },
    'pool-protection': {
      protectsData: false,
      fine: { Pool: { Type: 'AWS::Cognito::UserPool', Properties: {} } },
      broken: [['Pool.Properties.DeletionProtection', 'ACTIVE', 'Pool has deletion protection']],
    },
    'data-kept': {
      protectsData: false,
      fine: { Orders: { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Delete' } },
      broken: [
        ['Orders.DeletionPolicy', 'Retain', 'Orders stays behind on deletion'],
        ['Orders.UpdateReplacePolicy', 'Snapshot', 'Orders stays behind on replacement'],
      ],
    },
  };
  testRules(
    dataRules.filter(({ id }) => id in inDev),
    inDev,
  );
});
