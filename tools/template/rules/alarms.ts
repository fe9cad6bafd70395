import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, idOf, listAt, ofType, type Properties, spell, type Template } from '../template.ts';
import { failureQueues } from './failure-routes.ts';
import { readsStream } from './queues.ts';
import { each, type Finding, type Rule, unless } from './rule.ts';

const ALARM = ['AWS::CloudWatch::Alarm'];
const DEPTH = 'ApproximateNumberOfMessagesVisible';
const METRICS = [DEPTH, 'ApproximateAgeOfOldestMessage', 'IteratorAge', 'FailedInvocations'];

/** How the alarm of a queue of failures has to be made so that it sounds at the first one, and for as long. */
const AT_THE_FIRST = {
  Statistic: 'Maximum',
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
};

/**
 * The metrics that an alarm has to watch, one entry each: the depth of every queue that takes what failed, the age of
 * the messages of every other, the iterator age of every function that reads a stream, and the failed invocations of
 * every rule. Sorted.
 */
export function metricsToWatch(template: Template): string[] {
  const failures = failureQueues(template);
  const readers = ofType(template, 'AWS::Lambda::EventSourceMapping')
    .filter(readsStream)
    .map(({ properties }) => idOf(properties.FunctionName));
  return [
    ...ofType(template, 'AWS::SQS::Queue').map(({ id }) =>
      failures.has(id) ? `AWS/SQS ${DEPTH} of ${id}` : `AWS/SQS ApproximateAgeOfOldestMessage of ${id}`,
    ),
    ...[...new Set(readers)].map((id) => `AWS/Lambda IteratorAge of ${id}`),
    ...ofType(template, 'AWS::Events::Rule').map(({ id, properties: { EventBusName } }) =>
      // Those of the default bus have no other dimension: eventbridge/latest/userguide/eb-monitoring.html
      EventBusName === undefined
        ? `AWS/Events FailedInvocations of ${id}`
        : `AWS/Events FailedInvocations of ${idOf(EventBusName) ?? EventBusName} and ${id}`,
    ),
  ].sort();
}

/** Which of these metrics alarms watch, and by which: one entry for each alarm, sorted by metric. */
export function watchedMetrics(template: Template): { readonly alarm: string; readonly metric: string }[] {
  const rules = ofType(template, 'AWS::Events::Rule');
  const subject = (value: unknown) =>
    rules.find(({ properties }) => spell(properties.Name) === spell(value))?.id ??
    idOf(value) ??
    String(value);
  return ofType(template, ...ALARM)
    .filter(({ properties }) => METRICS.includes(String(properties.MetricName)))
    .map(({ id, properties }) => {
      const { Namespace, MetricName } = properties;
      const dimensions = listAt(properties, 'Dimensions') as {
        readonly Name: string;
        readonly Value: unknown;
      }[];
      const byName = dimensions.toSorted((a, b) => a.Name.localeCompare(b.Name));
      const subjects = byName.map(({ Value }) => subject(Value)).join(' and ');
      return { alarm: id, metric: `${Namespace} ${MetricName} of ${subjects}` };
    })
    .sort((a, b) => a.metric.localeCompare(b.metric));
}

/** The resource that a metric of {@link metricsToWatch} tells of. */
const subjectOf = (metric: string) => metric.split(' ').at(-1) ?? metric;

const RUNBOOKS = join(import.meta.dirname, '../../../docs/runbooks');
const SIGNS: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: '≥',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '≤',
};

/** The file name of the runbook that the description of an alarm ends with. */
export const runbookOf = (description: unknown): string | undefined =>
  /; see \S+\/([a-z-]+\.md)$/.exec(String(description))?.[1];

/** When an alarm sounds, as its runbook says it. */
export function soundsWhen(alarm: Properties): string {
  const ofMath = listAt(alarm, 'Metrics').flatMap((metric) => {
    const stat = at(metric, 'MetricStat');
    const { Namespace, MetricName } = (at(stat, 'Metric') ?? {}) as Properties;
    return stat ? [{ Namespace, MetricName, Statistic: at(stat, 'Stat'), Period: at(stat, 'Period') }] : [];
  });
  const metrics: readonly Properties[] = ofMath.length > 0 ? ofMath : [alarm];
  const { Namespace, Statistic = alarm.ExtendedStatistic, Period } = metrics[0] ?? {};
  const names = metrics.map(({ MetricName }) => MetricName).join(' + ');
  const { ComparisonOperator, Threshold, EvaluationPeriods } = alarm;
  const bound = `${SIGNS[String(ComparisonOperator)]} ${Threshold}`;
  return `Sounds when \`${Namespace} ${names}\` (${Statistic}) is ${bound} for ${EvaluationPeriods} × ${Period} s.`;
}

export const alarmRules: readonly Rule[] = [
  {
    id: 'alarm-missing',
    why: 'failures in a queue, or work that falls behind, are noticed when customers ask',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html',
    check: ({ template }): Finding[] => {
      const watched = watchedMetrics(template).map(({ metric }) => metric);
      return metricsToWatch(template)
        .filter((metric) => !watched.includes(metric))
        .map((metric) => ({ resource: subjectOf(metric), says: `no alarm watches ${metric}` }));
    },
  },
  {
    id: 'alarm-astray',
    why: 'an alarm on what is not there never sounds, and a second one only costs',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-concepts.html',
    check: ({ template }): Finding[] => {
      const toWatch = metricsToWatch(template);
      const watched = watchedMetrics(template);
      return watched.flatMap(({ alarm, metric }, at) => {
        if (!toWatch.includes(metric))
          return [{ resource: alarm, says: `watches ${metric}, which tells nothing` }];
        const isSecond = watched[at - 1]?.metric === metric;
        return isSecond ? [{ resource: alarm, says: `watches ${metric}, as another does` }] : [];
      });
    },
  },
  {
    id: 'alarm-at-the-first',
    why: 'one lost event is one lost order',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html',
    check: each(ALARM, ({ properties }) => {
      if (properties.MetricName !== DEPTH) return [];
      return Object.entries(AT_THE_FIRST)
        .filter(([name, value]) => properties[name] !== value)
        .map(([name, value]) => `has ${name} ${properties[name]}, not ${value}`);
    }),
  },
  {
    id: 'alarm-notifies',
    why: 'an alarm that tells nobody is a colour on a page',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html',
    check: each(ALARM, ({ properties }, { template }) => {
      const notifies = (actions: string) =>
        listAt(properties, actions).some(
          (to) => template.Resources[idOf(to) ?? '']?.Type === 'AWS::SNS::Topic',
        );
      return [
        ...unless(notifies('AlarmActions'), 'notifies no topic'),
        ...unless(notifies('OKActions'), 'notifies no topic of its end'),
      ];
    }),
  },
  {
    id: 'alarm-runbook',
    why: 'who is woken up should read what to do, and not have to find it out',
    source:
      'https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/ops_event_response_process_per_alert.html',
    check: each(ALARM, ({ properties }) => {
      const file = runbookOf(properties.AlarmDescription);
      if (!file || !existsSync(join(RUNBOOKS, file))) return ['has no runbook'];
      const expected = soundsWhen(properties);
      return unless(
        readFileSync(join(RUNBOOKS, file), 'utf8').includes(expected),
        `is not what ${file} says: ${expected}`,
      );
    }),
  },
];
