import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { templateCompiler } from '../template/compile.ts';
import { PARAMETER_SETS } from '../template/parameter-sets.ts';
import { at, idOf, listAt, ofType, settled, type Template } from '../template/template.ts';
import type { Item } from './amounts.ts';
import { FOLDER } from './usage.ts';

export type DeclaredFunctions = Readonly<Record<string, DeclaredFunction>>;

export interface DeclaredFunction {
  readonly memoryMb: number;
  readonly timeoutS: number;
  /** Somebody waits for it at the HTTP API. */
  readonly isApi: boolean;
}

/** What the compiled templates say that matters for the cost. */
export interface Declared {
  readonly functions: DeclaredFunctions;
  /** What a month costs without use, by the title of the parameter set. */
  readonly stages: Readonly<Record<string, readonly Item[]>>;
}

export const DECLARED_FILE = join(FOLDER, 'declared.json');
export const readDeclared = (): Declared => JSON.parse(readFileSync(DECLARED_FILE, 'utf8'));

/** Stages whose costs differ without use. */
export const STAGES = [
  'dev',
  'prod',
  'dev with reports behind endpoints',
  'prod with public reports',
] as const;
export const HOURS = 730;

/** Compiles the templates, in some ten seconds each. */
export async function compileDeclared(titles: readonly string[] = STAGES): Promise<Declared> {
  const compiler = templateCompiler();
  try {
    const stages: Record<string, Item[]> = {};
    let functions: DeclaredFunctions = {};
    for (const { title, stage, parameters } of PARAMETER_SETS.filter((set) => titles.includes(set.title))) {
      const template = settled(await compiler.compile(stage, parameters));
      stages[title] = monthlyItems(template);
      if (stage === 'dev') functions = functionsIn(template);
    }
    return { functions, stages };
  } finally {
    compiler.dispose();
  }
}

export function functionsIn(template: Template): DeclaredFunctions {
  const api = new Set(
    ofType(template, 'AWS::ApiGatewayV2::Integration').map(({ properties }) =>
      idOf(properties.IntegrationUri),
    ),
  );
  return Object.fromEntries(
    ofType(template, 'AWS::Lambda::Function').map(({ id, properties }) => [
      String(properties.FunctionName).split('-').at(-1),
      {
        memoryMb: Number(properties.MemorySize),
        timeoutS: Number(properties.Timeout),
        isApi: api.has(id),
      },
    ]),
  );
}

/**
 * Lambda polls a queue five times at once, 20 s each, also when nothing is in it.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
const POLLS_OF_A_MONTH = (5 * HOURS * 3_600) / 20;

/** What a month costs that nobody uses the stage in. */
export function monthlyItems(template: Template): Item[] {
  const count = (type: string) => ofType(template, type).length;
  const alarmMetrics = ofType(template, 'AWS::CloudWatch::Alarm').map(({ properties }) =>
    Math.max(1, listAt(properties.Metrics).filter((metric) => at(metric, 'MetricStat')).length),
  );
  const databases = ofType(template, 'AWS::RDS::DBInstance');
  const secretsOfDatabases = databases.filter(({ properties }) => properties.ManageMasterUserPassword);
  const balancers = ofType(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  const zonesOfPublicOnes = balancers
    .filter(({ properties }) => properties.Scheme === 'internet-facing')
    .map(({ properties }) => listAt(properties.Subnets).length);
  const zonesOfEndpoints = ofType(template, 'AWS::EC2::VPCEndpoint')
    .filter(({ properties }) => properties.VpcEndpointType === 'Interface')
    .map(({ properties }) => listAt(properties.SubnetIds).length);
  const queues = ofType(template, 'AWS::Lambda::EventSourceMapping').filter(
    ({ properties }) => 'ScalingConfig' in properties,
  );
  const items: Item[] = [
    { what: 'alarms', price: 'cloudwatch.alarm', quantity: sum(alarmMetrics) },
    { what: 'dashboard', price: 'cloudwatch.dashboard', quantity: count('AWS::CloudWatch::Dashboard') },
    {
      what: 'secrets',
      price: 'secrets.secret',
      quantity: count('AWS::SecretsManager::Secret') + secretsOfDatabases.length,
    },
    { what: 'polling of queues', price: 'sqs.request', quantity: queues.length * POLLS_OF_A_MONTH },
    ...taskItems(template),
    { what: 'load balancer', price: 'alb.hour', quantity: balancers.length * HOURS },
    { what: 'NAT gateway', price: 'nat.hour', quantity: count('AWS::EC2::NatGateway') * HOURS },
    {
      what: 'public addresses',
      price: 'vpc.ipv4',
      quantity: (count('AWS::EC2::EIP') + sum(zonesOfPublicOnes)) * HOURS,
    },
    { what: 'interface endpoints', price: 'vpc.endpoint.hour', quantity: sum(zonesOfEndpoints) * HOURS },
    ...databases.flatMap(({ properties }) => {
      const copies = properties.MultiAZ === true ? 2 : 1;
      const { DBInstanceClass, AllocatedStorage } = properties;
      const price = `rds.${String(DBInstanceClass).replace(/^db\./, '')}`;
      return [
        { what: 'database', price, quantity: copies * HOURS },
        { what: 'storage of the database', price: 'rds.gp3', quantity: copies * Number(AllocatedStorage) },
      ];
    }),
  ];
  return items.filter(({ quantity }) => quantity > 0);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Tasks of the container services, shared out between FARGATE and FARGATE_SPOT as their strategy says on average. */
function taskItems(template: Template): Item[] {
  return ofType(template, 'AWS::ECS::Service').flatMap(({ properties }) => {
    const task = template.Resources[idOf(properties.TaskDefinition) ?? '']?.Properties ?? {};
    const strategy = listAt(properties.CapacityProviderStrategy);
    const numberAt = (entry: unknown, key: string) => Number(at(entry, key) ?? 0);
    const base = sum(strategy.map((entry) => numberAt(entry, 'Base')));
    const weights = sum(strategy.map((entry) => numberAt(entry, 'Weight')));
    const spread = Number(properties.DesiredCount) - base;
    const tasksOf = (provider: string) =>
      sum(
        strategy
          .filter((entry) => at(entry, 'CapacityProvider') === provider)
          .map((entry) => numberAt(entry, 'Base') + (spread * numberAt(entry, 'Weight')) / weights),
      );
    return [
      ...hoursOf(tasksOf('FARGATE'), task, 'fargate.arm64'),
      ...hoursOf(tasksOf('FARGATE_SPOT'), task, 'fargate.arm64.spot'),
    ];
  });
}

function hoursOf(tasks: number, { Cpu, Memory }: { Cpu?: unknown; Memory?: unknown }, price: string): Item[] {
  const where = price.endsWith('spot') ? 'on Spot' : 'on demand';
  return [
    {
      what: `tasks ${where}, processors`,
      price: `${price}.cpu`,
      quantity: (tasks * HOURS * Number(Cpu)) / 1_024,
    },
    {
      what: `tasks ${where}, memory`,
      price: `${price}.memory`,
      quantity: (tasks * HOURS * Number(Memory)) / 1_024,
    },
  ];
}
