import { isRecord } from '../../../offline/cloudformation/template.ts';
import { at, idOf, listAt, ofType, spell } from '../template.ts';
import { each, type Rule, unless } from './rule.ts';

const FUNCTION = ['AWS::Lambda::Function'];
const RUNTIMES = 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html';

/** Deprecated on 30 April 2028. */
const RUNTIME = 'nodejs24.x';

/** HTTP APIs give up after 30 s; the rest is for the way there and back. In seconds. */
const API_LIMIT = 29;

const SECRET_NAME = /secret|passw(or)?d|token|credential|api_?key|private_?key/i;
/** Keys of Stripe, AWS, GitHub and Slack, key files, signed tokens, and what CloudFormation fills in from a secret. */
const SECRET_VALUE =
  /\b[sr]k_(live|test)_|\bAKIA[A-Z0-9]{12}|\bgh[pousr]_\w{20}|\bxox[abp]-|-----BEGIN|\beyJ\w+\.eyJ|\{\{resolve:(secretsmanager|ssm-secure)/;

function secretFaults(name: string, value: unknown): string[] {
  const text = spell(value);
  // A reference to a secret is its ARN, which is no secret.
  const isPlain = !isRecord(value) && text !== '';
  return unless(
    !SECRET_VALUE.test(text) && !(isPlain && SECRET_NAME.test(name)),
    `holds what looks like a secret in ${name}`,
  );
}

export const functionRules: readonly Rule[] = [
  {
    id: 'function-limits',
    why: 'the default of 3 s and 128 MB is nobody’s choice; 15 minutes hide what hangs',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html',
    check: each(FUNCTION, ({ properties }) => [
      ...unless(properties.MemorySize !== undefined, 'names no memory'),
      ...unless(properties.Timeout !== undefined, 'names no time-out'),
      ...unless(Number(properties.Timeout ?? 0) < 900, 'has the longest time-out there is'),
    ]),
  },
  {
    id: 'api-timeout',
    why: 'the API gives up after 30 s: a later answer is paid for and not heard',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html',
    check: each(['AWS::ApiGatewayV2::Integration'], ({ properties }, { template }) => {
      const id = idOf(properties.IntegrationUri) ?? '';
      const called = template.Resources[id];
      if (called?.Type !== 'AWS::Lambda::Function') return [];
      const timeout = Number(called.Properties?.Timeout ?? 0);
      return unless(timeout < API_LIMIT, `calls ${id}, which may take ${timeout} s`);
    }),
  },
  {
    id: 'runtime',
    why: 'a deprecated runtime gets no security patches, and later no deploys',
    source: RUNTIMES,
    check: each(FUNCTION, ({ properties }) =>
      unless(
        properties.PackageType === 'Image' || properties.Runtime === RUNTIME,
        `runs on ${properties.Runtime}, not ${RUNTIME}`,
      ),
    ),
  },
  {
    id: 'architecture',
    why: 'the same costs a fifth less on ARM',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html',
    check: each(FUNCTION, ({ properties }) =>
      unless(listAt(properties, 'Architectures')[0] === 'arm64', 'does not run on ARM'),
    ),
  },
  {
    id: 'tracing',
    why: 'which of a dozen functions was slow or failed is guesswork without traces',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html',
    check: each(FUNCTION, ({ properties }) =>
      unless(at(properties, 'TracingConfig', 'Mode') === 'Active', 'is not traced'),
    ),
  },
  {
    id: 'function-log',
    why: 'a log group that Lambda makes by itself keeps all for ever and outlives the stack',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html',
    check: each(FUNCTION, ({ properties }, { template }) => {
      const name = `/aws/lambda/${spell(properties.FunctionName)}`;
      const groups = ofType(template, 'AWS::Logs::LogGroup');
      const own = at(properties, 'LoggingConfig', 'LogGroup');
      return unless(
        own !== undefined || groups.some((group) => spell(group.properties.LogGroupName) === name),
        `has no log group ${name}`,
      );
    }),
  },
  {
    id: 'log-retention',
    why: 'logs are kept for ever, paid for by the gigabyte, unless an end is named',
    source:
      'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html',
    check: each(['AWS::Logs::LogGroup'], ({ properties }) =>
      unless(Number(properties.RetentionInDays ?? 0) > 0, 'keeps its events for ever'),
    ),
  },
  {
    id: 'plain-secret',
    why: 'whoever may read the configuration reads the secret; it stands in every template and its history',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html',
    check: each([...FUNCTION, 'AWS::ECS::TaskDefinition'], ({ properties }) => [
      ...Object.entries(at(properties, 'Environment', 'Variables') ?? {}).flatMap(([name, value]) =>
        secretFaults(name, value),
      ),
      ...listAt(properties, 'ContainerDefinitions')
        .flatMap((container) => listAt(container, 'Environment'))
        .flatMap((variable) => secretFaults(String(at(variable, 'Name')), at(variable, 'Value'))),
    ]),
  },
];
