import { arnOf, policy, role, testRules } from '../testing/rule-examples.ts';
import { permissionRules } from './permissions.ts';

const lambda = (Role: unknown) => ({ Type: 'AWS::Lambda::Function', Properties: { Role } });
const overTls = (Type: string, target: Record<string, unknown>) => ({
  Type,
  Properties: {
    ...target,
    ...policy({
      Effect: 'Deny',
      Principal: '*',
      Action: '*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  },
});
const guarded = {
  Uploads: { Type: 'AWS::S3::Bucket' },
  OfUploads: overTls('AWS::S3::BucketPolicy', { Bucket: { Ref: 'Uploads' } }),
  Jobs: { Type: 'AWS::SQS::Queue' },
  OfJobs: overTls('AWS::SQS::QueuePolicy', { Queues: [{ Ref: 'Jobs' }] }),
  Alerts: { Type: 'AWS::SNS::Topic' },
  OfAlerts: overTls('AWS::SNS::TopicPolicy', { Topics: [{ Ref: 'Alerts' }] }),
};
const statement = 'Properties.Policies.0.PolicyDocument.Statement.0';

testRules(permissionRules, {
  'own-role': {
    fine: { Get: lambda(arnOf('GetRole')), Put: lambda(arnOf('PutRole')) },
    broken: [
      ['Put.Properties.Role', arnOf('GetRole'), 'Put shares its role with Get'],
      [
        'Get.Properties.Role',
        'arn:aws:iam::123456789012:role/any',
        'Get has a role that this template does not make',
      ],
    ],
  },
  wildcard: {
    fine: {
      Role: role('dynamodb:GetItem', arnOf('Table')),
      OfJobs: overTls('AWS::SQS::QueuePolicy', { Queues: [{ Ref: 'Jobs' }] }),
    },
    broken: [
      [`Role.${statement}.Action`, ['dynamodb:*'], 'Role allows dynamodb:*'],
      [`Role.${statement}.Resource`, '*', 'Role allows dynamodb:GetItem on *'],
      [
        `Role.${statement}.Resource`,
        { 'Fn::Join': ['', [arnOf('Table'), '/index/*']] },
        'Role allows dynamodb:GetItem on ${Table.Arn}/index/*',
      ],
      [
        `Role.${statement}`,
        { Effect: 'Allow', NotAction: 'iam:PassRole', Resource: arnOf('Table') },
        'Role allows everything else by NotAction',
      ],
      [
        'OfJobs.Properties.PolicyDocument.Statement.0',
        { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sqs:SendMessage', Resource: arnOf('Jobs') },
        'OfJobs allows it to everybody',
      ],
    ],
  },
  'pass-role': {
    fine: {
      Role: role('iam:PassRole', arnOf('TaskRole'), {
        StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      }),
    },
    broken: [[`Role.${statement}.Condition`, undefined, 'Role passes a role to any service']],
  },
  'permission-source': {
    fine: {
      Notified: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Principal: 's3.amazonaws.com',
          SourceArn: 'arn:aws:s3:::uploads',
          SourceAccount: { Ref: 'AWS::AccountId' },
        },
      },
    },
    broken: [
      ['Notified.Properties.SourceArn', undefined, 'Notified names no source'],
      ['Notified.Properties.Principal', '*', 'Notified lets everybody call the function'],
      [
        'Notified.Properties.SourceAccount',
        undefined,
        'Notified names no account: a bucket’s name may be another’s tomorrow',
      ],
    ],
  },
  transport: {
    fine: guarded,
    broken: [
      ['OfUploads.Properties.Bucket', { Ref: 'Others' }, 'Uploads may be reached without TLS'],
      [
        'OfJobs.Properties.PolicyDocument.Statement.0.Condition',
        { Bool: { 'aws:SecureTransport': 'true' } },
        'Jobs may be reached without TLS',
      ],
      [
        'OfJobs.Properties.PolicyDocument.Statement.0.Resource',
        arnOf('Others'),
        'Jobs may be reached without TLS',
      ],
      ['OfAlerts.Properties.PolicyDocument.Statement.0.Effect', 'Allow', 'Alerts may be reached without TLS'],
      [
        'OfAlerts.Properties.PolicyDocument.Statement.0.Principal',
        { Service: 'events.amazonaws.com' },
        'Alerts may be reached without TLS',
      ],
    ],
  },
  'one-policy': {
    fine: guarded,
    broken: [['Second', guarded.OfJobs, 'Jobs has 2 policies: OfJobs, Second']],
  },
});
