import { at, idOf, listAt, ofType, type Properties, type Template } from '../template.ts';
import { failureRoutes } from './failure-routes.ts';
import { roleMay, serviceMay } from './policies.ts';
import { each, type Finding, type Rule, unless } from './rule.ts';

/** Logical ids of the functions that something calls without waiting for the answer. */
function calledAsynchronously(template: Template): Set<string> {
  const targets = [
    ...ofType(template, 'AWS::Events::Rule').flatMap(({ properties }) => listAt(properties, 'Targets')),
    ...ofType(template, 'AWS::Scheduler::Schedule').map(({ properties }) => properties.Target),
  ].map((target) => at(target, 'Arn'));
  const notified = ofType(template, 'AWS::S3::Bucket').flatMap(({ properties }) =>
    listAt(properties, 'NotificationConfiguration', 'LambdaConfigurations').map((to) => at(to, 'Function')),
  );
  const subscribed = ofType(template, 'AWS::SNS::Subscription').map(({ properties }) => properties.Endpoint);
  return new Set([...targets, ...notified, ...subscribed].map((called) => idOf(called) ?? ''));
}

const retryFaults = (target: unknown, named: string) => [
  ...unless(at(target, 'DeadLetterConfig') !== undefined, `${named} has no dead-letter queue`),
  ...unless(at(target, 'RetryPolicy') !== undefined, `${named} has no retry policy`),
];

/** Who hands on the failures of a resource, by its type, and whether they may. */
function mayHandOn(template: Template, from: string, to: string): boolean {
  const { Type = '', Properties: properties = {} } = template.Resources[from] ?? {};
  const roleOf = (functionId: unknown) => template.Resources[idOf(functionId) ?? '']?.Properties?.Role;
  const byRole = (role: unknown) => roleMay(template, role, 'sqs:SendMessage', to);
  const senders: Record<string, (properties: Properties) => boolean> = {
    'AWS::Events::Rule': () => serviceMay(template, 'events.amazonaws.com', 'sqs:SendMessage', to),
    'AWS::SNS::Subscription': () => serviceMay(template, 'sns.amazonaws.com', 'sqs:SendMessage', to),
    'AWS::Scheduler::Schedule': ({ Target }) => byRole(at(Target, 'RoleArn')),
    'AWS::Lambda::EventInvokeConfig': ({ FunctionName }) => byRole(roleOf(FunctionName)),
    'AWS::Lambda::EventSourceMapping': ({ FunctionName }) => byRole(roleOf(FunctionName)),
    'AWS::Lambda::Function': ({ Role }) => byRole(Role),
  };
  return senders[Type]?.(properties) ?? true;
}

export const asynchronousRules: readonly Rule[] = [
  {
    id: 'asynchronous-failure',
    why: 'an event that a function fails at three times is gone',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html',
    check: ({ template }): Finding[] => {
      const configured = ofType(template, 'AWS::Lambda::EventInvokeConfig')
        .filter(({ properties }) => at(properties, 'DestinationConfig', 'OnFailure') !== undefined)
        .map(({ properties }) => idOf(properties.FunctionName));
      const called = calledAsynchronously(template);
      return ofType(template, 'AWS::Lambda::Function')
        .filter(({ id }) => called.has(id) && !configured.includes(id))
        .map(({ id }) => ({ resource: id, says: 'is called asynchronously and has no failure destination' }));
    },
  },
  {
    id: 'target-failure',
    why: 'an event that does not reach its target, for want of a permission say, is dropped after a day',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html',
    check: each(['AWS::Events::Rule', 'AWS::Scheduler::Schedule'], ({ properties }) => [
      ...listAt(properties, 'Targets').flatMap((target) => retryFaults(target, `target ${at(target, 'Id')}`)),
      ...listAt(properties, 'Target').flatMap((target) => retryFaults(target, 'its target')),
    ]),
  },
  {
    id: 'subscription-failure',
    why: 'a notification that cannot be delivered is dropped',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html',
    check: each(['AWS::SNS::Subscription'], ({ properties }) =>
      unless(
        properties.RedrivePolicy !== undefined || properties.Protocol === 'email',
        'has no dead-letter queue',
      ),
    ),
  },
  {
    id: 'failure-permission',
    why: 'a failure that may not enter the queue of failures is lost as if there were none',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-perms',
    check: ({ template }): Finding[] =>
      failureRoutes(template)
        .filter(({ from, to }) => !mayHandOn(template, from, to))
        .map(({ from, to }) => ({ resource: from, says: `may not send its failures to ${to}` })),
  },
];
