/** A compiled template, of which the alarms and what they watch are read. */
export interface AlarmedTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;
}

interface Reference {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [logicalId: string, attribute: string];
}
interface Mapping {
  readonly EventSourceArn: Reference;
  readonly FunctionName: Reference;
}
interface Rule {
  readonly Name?: string;
  readonly EventBusName?: Reference | string;
}
interface Alarm {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}

const METRICS = [
  'ApproximateNumberOfMessagesVisible',
  'ApproximateAgeOfOldestMessage',
  'IteratorAge',
  'FailedInvocations',
];
/** Where a queue stands that takes what failed elsewhere. */
const FAILURE_ROUTES = ['deadLetterTargetArn', 'DeadLetterConfig', 'OnFailure'];

/**
 * The metrics that an alarm has to watch, one entry each: the depth of every queue that takes what failed, the age of
 * the messages of every other, the iterator age of every function that reads a stream, and the failed invocations of
 * every rule. Sorted.
 */
export function metricsToWatch(template: AlarmedTemplate): string[] {
  const routes = new Set(failureRoutesIn(template.Resources));
  const readers = ofType<Mapping>(template, 'AWS::Lambda::EventSourceMapping')
    .filter(([, { EventSourceArn }]) => EventSourceArn['Fn::GetAtt']?.[1] === 'StreamArn')
    .map(([, { FunctionName }]) => FunctionName['Fn::GetAtt']?.[0]);
  return [
    ...ofType(template, 'AWS::SQS::Queue').map(([id]) =>
      routes.has(id)
        ? `AWS/SQS ApproximateNumberOfMessagesVisible of ${id}`
        : `AWS/SQS ApproximateAgeOfOldestMessage of ${id}`,
    ),
    ...[...new Set(readers)].map((id) => `AWS/Lambda IteratorAge of ${id}`),
    ...ofType<Rule>(template, 'AWS::Events::Rule').map(([id, { EventBusName }]) =>
      // Those of the default bus have no other dimension: eventbridge/latest/userguide/eb-monitoring.html
      EventBusName
        ? `AWS/Events FailedInvocations of ${spell(EventBusName)} and ${id}`
        : `AWS/Events FailedInvocations of ${id}`,
    ),
  ].sort();
}

/** Which of these metrics alarms watch, one entry for each alarm. Sorted. */
export function watchedMetrics(template: AlarmedTemplate): string[] {
  const rules = ofType<Rule>(template, 'AWS::Events::Rule');
  const subject = (value: unknown) => rules.find(([, { Name }]) => Name === value)?.[0] ?? spell(value);
  return ofType<Alarm>(template, 'AWS::CloudWatch::Alarm')
    .filter(([, { MetricName }]) => METRICS.includes(MetricName))
    .map(([, { Namespace, MetricName, Dimensions }]) => {
      const byName = Dimensions.toSorted((a, b) => a.Name.localeCompare(b.Name));
      return `${Namespace} ${MetricName} of ${byName.map(({ Value }) => subject(Value)).join(' and ')}`;
    })
    .sort();
}

const ofType = <Properties extends object>({ Resources }: AlarmedTemplate, type: string) =>
  Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {} }]) => [id, Properties as Properties] as const);

/** The logical id, where the value is a reference. */
function spell(value: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as Reference;
  return Ref ?? attribute?.[0] ?? String(value);
}

/** Logical ids of all that a failure route leads to, however deep it stands. */
function failureRoutesIn(value: unknown, isRoute = false): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isRoute && 'Fn::GetAtt' in value) return [spell(value)];
  return Object.entries(value).flatMap(([key, inner]) =>
    failureRoutesIn(inner, isRoute || FAILURE_ROUTES.includes(key)),
  );
}
