import { at, idOf, ofType, spell } from '../template.ts';
import { isAbout, policiesOn, statementsOf } from './policies.ts';
import { each, type Finding, type Rule, unless } from './rule.ts';

const LEAST_PRIVILEGE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html';

export const permissionRules: readonly Rule[] = [
  {
    id: 'own-role',
    why: 'what one function needs, all that share its role may',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html',
    check: each(['AWS::Lambda::Function'], ({ id, properties }, { template }) => {
      const role = idOf(properties.Role);
      if (role === undefined) return ['has a role that this template does not make'];
      const functions = ofType(template, 'AWS::Lambda::Function');
      return functions
        .slice(
          0,
          functions.findIndex((one) => one.id === id),
        )
        .filter((earlier) => idOf(earlier.properties.Role) === role)
        .map((earlier) => `shares its role with ${earlier.id}`);
    }),
  },
  {
    id: 'wildcard',
    why: 'a star grants what nobody meant to grant',
    source: LEAST_PRIVILEGE,
    check: ({ template }): Finding[] =>
      Object.entries(template.Resources).flatMap(([id, resource]) =>
        statementsOf(resource)
          .filter(({ allows }) => allows)
          .flatMap(({ actions, resources, principal, exceptions }) => [
            ...exceptions.map((exception) => `allows everything else by ${exception}`),
            ...actions.filter((action) => action.includes('*')).map((action) => `allows ${action}`),
            ...resources
              .map(spell)
              .filter((text) => text.includes('*'))
              .map((text) => `allows ${actions.join(', ')} on ${text}`),
            ...unless(!JSON.stringify(principal ?? '').includes('"*"'), 'allows it to everybody'),
          ])
          .map((says) => ({ resource: id, says })),
      ),
  },
  {
    id: 'pass-role',
    why: 'a role that may be passed to any service lends its rights to all of them',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html',
    check: ({ template }): Finding[] =>
      Object.entries(template.Resources).flatMap(([id, resource]) =>
        statementsOf(resource)
          .filter(({ allows, actions }) => allows && actions.includes('iam:PassRole'))
          .filter(({ condition }) => !JSON.stringify(condition ?? '').includes('iam:PassedToService'))
          .map(() => ({ resource: id, says: 'passes a role to any service' })),
      ),
  },
  {
    id: 'permission-source',
    why: 'anybody’s bucket, rule or API could call the function through the service',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html',
    check: each(['AWS::Lambda::Permission'], ({ properties }) => [
      ...unless(properties.SourceArn !== undefined, 'names no source'),
      ...unless(properties.Principal !== '*', 'lets everybody call the function'),
      ...unless(
        properties.Principal !== 's3.amazonaws.com' || properties.SourceAccount !== undefined,
        'names no account: a bucket’s name may be another’s tomorrow',
      ),
    ]),
  },
  {
    id: 'transport',
    why: 'whatever travels without TLS can be read and changed',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html',
    check: each(['AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::SNS::Topic'], ({ id }, { template }) => {
      const refusals = policiesOn(template, id)
        .flatMap((policy) => statementsOf(template.Resources[policy]))
        .filter(({ allows, resources, principal, condition }) => {
          const isPlain = String(at(condition, 'Bool', 'aws:SecureTransport')) === 'false';
          return !allows && principal === '*' && isPlain && isAbout(resources, id);
        });
      return unless(refusals.length > 0, 'may be reached without TLS');
    }),
  },
  {
    id: 'one-policy',
    why: 'a queue, topic or bucket has one policy: of two in the template the one that is written last wins',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html',
    check: each(['AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::SNS::Topic'], ({ id }, { template }) => {
      const policies = policiesOn(template, id);
      return unless(policies.length < 2, `has ${policies.length} policies: ${policies.join(', ')}`);
    }),
  },
];
