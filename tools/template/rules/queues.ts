import { at, idOf, listAt, type NamedResource, type Properties } from '../template.ts';
import { failureQueues, failureRoutes } from './failure-routes.ts';
import { policiesOn, statementsOf } from './policies.ts';
import { each, type Rule, type Stack, unless } from './rule.ts';

/** What CloudFormation puts where nothing is said; seconds. */
const DEFAULTS = { visibility: 30, retention: 345_600, timeout: 3 };
const FOURTEEN_DAYS = 1_209_600;

const MAPPING = ['AWS::Lambda::EventSourceMapping'];
const LAMBDA_SQS = 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html';
const DEAD_LETTERS =
  'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html';

/** Mappings of streams say where to start; those of queues cannot. */
export const readsStream = ({ properties }: NamedResource): boolean =>
  properties.StartingPosition !== undefined;

/** A check of each mapping that reads a queue, and of the queue. */
const eachReader = (
  faults: (
    mapping: Properties,
    queue: { readonly id: string; readonly properties: Properties },
    stack: Stack,
  ) => readonly string[],
) =>
  each(MAPPING, (mapping, stack) => {
    if (readsStream(mapping)) return [];
    const id = idOf(mapping.properties.EventSourceArn) ?? '';
    const properties = stack.template.Resources[id]?.Properties ?? {};
    return faults(mapping.properties, { id, properties }, stack);
  });

export const queueRules: readonly Rule[] = [
  {
    id: 'queue-visibility',
    why: 'a message that shows again while it is worked on is worked on twice',
    source: LAMBDA_SQS,
    check: eachReader((mapping, queue, { template }) => {
      const reader = template.Resources[idOf(mapping.FunctionName) ?? ''];
      const visibility = Number(queue.properties.VisibilityTimeout ?? DEFAULTS.visibility);
      const timeout = Number(reader?.Properties?.Timeout ?? DEFAULTS.timeout);
      const needed = 6 * timeout + Number(mapping.MaximumBatchingWindowInSeconds ?? 0);
      return unless(
        visibility >= needed,
        `reads ${queue.id}, which hides messages for ${visibility} s; ${needed} s are needed`,
      );
    }),
  },
  {
    id: 'queue-redrive',
    why: 'a message that always fails comes back until it expires; one that is throttled needs a few tries',
    source: LAMBDA_SQS,
    check: eachReader((_, queue) => {
      const receives = Number(at(queue.properties, 'RedrivePolicy', 'maxReceiveCount') ?? 0);
      return unless(receives >= 5, `reads ${queue.id}, which dead-letters after ${receives} tries, not 5`);
    }),
  },
  {
    id: 'dead-letter-retention',
    why: 'failures expire before anybody looks; the clock of a message started in its source queue',
    source: DEAD_LETTERS,
    check: each(['AWS::SQS::Queue'], ({ id, properties }, { template }) => {
      if (!failureQueues(template).has(id)) return [];
      const kept = Number(properties.MessageRetentionPeriod ?? DEFAULTS.retention);
      const sources = failureRoutes(template)
        .filter(({ from, to }) => to === id && template.Resources[from]?.Type === 'AWS::SQS::Queue')
        .map(({ from }) =>
          Number(template.Resources[from]?.Properties?.MessageRetentionPeriod ?? DEFAULTS.retention),
        );
      return [
        ...unless(kept === FOURTEEN_DAYS, `keeps failures for ${kept} s, not ${FOURTEEN_DAYS}`),
        ...unless(
          sources.every((source) => source < kept),
          'keeps failures no longer than its source',
        ),
      ];
    }),
  },
  {
    id: 'partial-batch',
    why: 'one bad record brings back the good ones of its batch',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html',
    check: each(MAPPING, ({ properties }) =>
      unless(
        listAt(properties, 'FunctionResponseTypes').includes('ReportBatchItemFailures'),
        'does not report the failed records of a batch',
      ),
    ),
  },
  {
    id: 'queue-concurrency',
    why: 'throttled readers send good messages to the dead-letter queue; reserved concurrency throttles them',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html',
    check: eachReader((mapping) => {
      const concurrency = Number(at(mapping, 'ScalingConfig', 'MaximumConcurrency') ?? 0);
      return unless(concurrency >= 2, 'has no maximum concurrency');
    }),
  },
  {
    id: 'stream-bounds',
    why: 'one bad record blocks its shard until the stream forgets it and all behind it',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html',
    check: each(MAPPING, (mapping) => {
      if (!readsStream(mapping)) return [];
      const { properties } = mapping;
      return [
        ...unless(
          at(properties, 'DestinationConfig', 'OnFailure') !== undefined,
          'has no failure destination',
        ),
        ...unless(properties.BisectBatchOnFunctionError === true, 'does not halve a batch that fails'),
        ...unless(Number(properties.MaximumRetryAttempts ?? -1) >= 0, 'retries without end'),
        ...unless(
          Number(properties.MaximumRecordAgeInSeconds ?? -1) > 0,
          'keeps trying however old a record is',
        ),
      ];
    }),
  },
  {
    id: 'queue-encryption',
    why: 'messages lie readable on disks',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html',
    check: each(['AWS::SQS::Queue'], ({ properties }) =>
      unless(
        properties.SqsManagedSseEnabled === true || properties.KmsMasterKeyId !== undefined,
        'is not encrypted',
      ),
    ),
  },
  {
    id: 'service-key',
    why: 'services may not use the key that AWS manages: what they send is lost without a word',
    source: 'https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html',
    check: each(['AWS::SQS::Queue', 'AWS::SNS::Topic'], ({ id, properties }, { template }) => {
      const services = policiesOn(template, id)
        .flatMap((policy) => statementsOf(template.Resources[policy]))
        .filter(({ allows }) => allows)
        .flatMap(({ principal }) => listAt(principal, 'Service'));
      return unless(
        services.length === 0 || !String(properties.KmsMasterKeyId).startsWith('alias/aws/'),
        `takes messages of ${services.join(', ')}, under a key of AWS`,
      );
    }),
  },
];
