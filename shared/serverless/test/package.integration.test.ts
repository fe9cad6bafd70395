import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { COMPILE_CACHE } from '../../../offline/compile-cache.ts';
import { type DeclaredService, declaredServices } from '../../../tools/declared-services.ts';
import { packageOf } from '../../../tools/template/compile.ts';
import { digest } from '../../digest.ts';
import SettledConditions from '../conditions.cjs';
import { addFiles, copyOfRepository, copyWithoutCode, removeRepositories } from './repository.ts';

/** Each run of the framework takes seconds. */
jest.setTimeout(600_000);

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
/** What the tests read of resources of different types. */
type Properties = {
  readonly FunctionName: string;
  readonly Description: string;
  readonly Role: { readonly 'Fn::GetAtt': readonly [string, 'Arn'] };
  readonly RoleArn: unknown;
  readonly ManagedPolicyArns?: readonly unknown[];
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  readonly RetentionInDays: number;
  readonly RouteKey: string;
  readonly IntegrationUri?: { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] };
  readonly ApiId?: { readonly Ref: string };
  readonly JwtConfiguration: unknown;
  readonly DefaultRouteSettings: unknown;
  readonly CorsConfiguration: Readonly<Record<string, unknown>>;
};
interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Properties;
}
interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: string } }>
  >;
}
interface Packaged {
  readonly template: Template;
  readonly folder: string;
}

const STAGES = ['dev', 'prod'] as const;
type Stage = (typeof STAGES)[number];

const services = declaredServices(join(import.meta.dirname, '../../..'));
const withFunctions = services.filter(({ functions }) => Object.keys(functions).length > 0);

let copies: Readonly<Record<Stage, string>>;
const application = {} as Record<Stage, Packaged>;
/** The stacks of the services by themselves, in prod. */
const alone: Record<string, Packaged> = {};

beforeAll(async () => {
  // A template says nothing of the code, which is bundled for one stage.
  copies = { dev: copyWithoutCode(), prod: copyOfRepository() };
  for (const stage of STAGES) application[stage] = await packaged(copies[stage], stage);
  for (const { name } of services) alone[name] = await packaged(join(copies.dev, 'services', name), 'prod');
});
afterAll(removeRepositories);

async function sls(folder: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const framework = join(import.meta.dirname, '../../../node_modules/serverless/bin/serverless.js');
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [framework, ...args],
      { cwd: folder, env: { ...env, TMPDIR: folder, NODE_COMPILE_CACHE: COMPILE_CACHE }, timeout: 180_000 },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, output: error ? stdout : stdout + stderr }),
    );
  });
}

async function packaged(folder: string, stage: Stage): Promise<Packaged> {
  const { template } = await packageOf(folder, stage, {});
  return { template: template as Template, folder };
}

const ofType = ({ template }: Packaged, type: string) =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => ({ id, Properties }));

/** Those of the type that belong to the HTTP API. */
const ofHttpApi = (packaged: Packaged, type: string) =>
  ofType(packaged, type).filter(({ Properties }) => Properties.ApiId?.Ref === 'HttpApi');

const only = (packaged: Packaged, type: string) => {
  const [found, ...others] = ofHttpApi(packaged, type);
  if (!found || others.length > 0)
    throw new Error(`${others.length + (found ? 1 : 0)} resources of type ${type}`);
  return found;
};

/** What the service alone has, as the application has it, whose package knows which conditions hold. */
function settled({ template }: Packaged): Template {
  const compiledCloudFormationTemplate = structuredClone(template);
  const { hooks } = new SettledConditions({
    service: { provider: { compiledCloudFormationTemplate } },
  } as unknown as ConstructorParameters<typeof SettledConditions>[0]);
  hooks['after:aws:package:finalize:mergeCustomProviderResources']();
  return compiledCloudFormationTemplate;
}

/** What no two packages share: where code is put, and the ids of versions, which are made of its hash. */
const isOfOneRun = (key: string, value: unknown) =>
  key === 'S3Key' || (typeof value === 'string' && /^[A-Z][A-Za-z]+LambdaVersion\w{20,}$/.test(value));

/** Roles that name every function of the API, and so more of them in the application. */
const ROLES_OF_THE_API = ['HttpApiRole', 'TrafficShiftRole'];
const namedBy = (resource: Resource | undefined) =>
  resource?.Properties.Policies[0]?.PolicyDocument.Statement[0]?.Resource;

/** What stands for each import of what is exported, by its name. */
const exportsOf = (outputs: Template['Outputs']) =>
  new Map(Object.values(outputs).flatMap(({ Value, Export }) => (Export ? [[Export.Name, Value]] : [])));

/** A resource of a service's own stack as the joined stack has it. */
function joined(
  resource: Resource,
  { name, stackName }: { name: string; stackName: string },
  outputs: Template['Outputs'],
) {
  const exported = exportsOf(outputs);
  return JSON.parse(JSON.stringify(resource), (key, value) => {
    if (isOfOneRun(key, value)) return 'of this run';
    if (key === 'Handler') return `services/${name}/${value}`;
    if (key === 'LogGroupName') return value.replace(`/http-api/${stackName}`, '/http-api/the-stack');
    return exported.get(value?.['Fn::ImportValue']) ?? value;
  });
}

/** The same of a resource of the joined stack, where only what no two runs or stacks share is left out. */
const comparable = (resource: Resource | undefined) =>
  JSON.parse(JSON.stringify(resource ?? null), (key, value) => {
    if (isOfOneRun(key, value)) return 'of this run';
    return key === 'LogGroupName' ? value.replace('/http-api/shop-prod', '/http-api/the-stack') : value;
  });

interface DeclaredEvent {
  readonly sqs?: { readonly arn: unknown };
  readonly stream?: {
    readonly arn: unknown;
    readonly destinations?: { readonly onFailure?: { readonly type: 'sqs'; readonly arn: unknown } };
  };
}
interface Declared {
  readonly events?: readonly DeclaredEvent[];
  readonly vpc?: object;
  readonly iamRoleStatements?: readonly Statement[];
  readonly destinations?: { readonly onFailure?: { readonly type: 'sqs'; readonly arn: unknown } };
}

/** How the service file declares a function, as it would stand in the template of the application. */
function declaredFunction(name: string, stage: Stage): Declared {
  const declared = services
    .flatMap(({ functions }) => Object.entries(functions))
    .find(([key]) => `shop-${stage}-${key}` === name)?.[1];
  const exported = exportsOf(application[stage].template.Outputs);
  return JSON.parse(JSON.stringify(declared ?? {}).replaceAll('${sls:stage}', stage), (_, value) => {
    // No package here has an image of the reports.
    const [condition, , otherwise] = value?.['Fn::If'] ?? [];
    return condition === 'ReportsOn' ? otherwise : (exported.get(value?.['Fn::ImportValue']) ?? value);
  });
}

function declaredStatements(name: string, stage: Stage): Statement[] {
  const { iamRoleStatements = [] } = declaredFunction(name, stage);
  return iamRoleStatements.map((statement) => ({ ...statement, Action: [statement.Action].flat() }));
}

/** What Lambda needs to connect a function to a network. */
const NETWORK_ACCESS = {
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, ':iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'],
  ],
};

/** What a function may do so that Lambda can poll its queues and streams for it. */
function pollingStatements({ events = [] }: Declared): object[] {
  const allow = (Action: string[], arns: unknown[]) =>
    arns.length > 0 ? [{ Effect: 'Allow', Action, Resource: arns }] : [];
  return [
    ...allow(
      ['dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:DescribeStream', 'dynamodb:ListStreams'],
      events.flatMap(({ stream }) => (stream ? [stream.arn] : [])),
    ),
    ...allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      events.flatMap(({ sqs }) => (sqs ? [sqs.arn] : [])),
    ),
  ];
}

/** What a function may do so that Lambda can hand on what it fails at. */
function failureStatements({ events = [], destinations }: Declared): object[] {
  const routes = [destinations, ...events.map(({ stream }) => stream?.destinations)];
  return routes.flatMap((route) =>
    route?.onFailure ? [{ Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: route.onFailure.arn }] : [],
  );
}

describe.each(services)('the stack of $name alone', ({ name, functions }: DeclaredService) => {
  it('has the functions that the service declares', () => {
    const keys = Object.keys(functions).map((key) => `shop-prod-${key}`);
    const names = ofType(alone[name] as Packaged, 'AWS::Lambda::Function').map(
      ({ Properties }) => Properties.FunctionName,
    );
    expect(names.sort()).toEqual(keys.sort());
  });

  it('has nothing that the application does not have alike', () => {
    const { Outputs } = application.prod.template;
    const own = { name, stackName: `shop-${name}-prod` };
    const { Resources } = application.prod.template;
    const stack = settled(alone[name] as Packaged);
    for (const [id, resource] of Object.entries(stack.Resources)) {
      // Named after the way in which its stream is written, or after its code.
      if (['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::Version'].includes(resource.Type)) continue;
      if (ROLES_OF_THE_API.includes(id)) {
        expect(namedBy(Resources[id])).toEqual(expect.arrayContaining(namedBy(resource) as unknown[]));
        continue;
      }
      expect({ [id]: comparable(Resources[id]) }).toEqual({ [id]: joined(resource, own, Outputs) });
    }
    const mappings = (resources: Template['Resources']) =>
      Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
    const all = mappings(Resources).map((mapping) => comparable(mapping));
    for (const mapping of mappings(stack.Resources)) {
      expect(all).toContainEqual(joined(mapping, own, Outputs));
    }
  });
});

describe.each(STAGES)('in %s', (stage) => {
  it('the application has no function that no service declares', () => {
    const declared = services.flatMap(({ functions }) => Object.keys(functions));
    expect(ofType(application[stage], 'AWS::Lambda::Function')).toHaveLength(declared.length);
    expect(declared.length).toBeGreaterThan(0);
  });

  it('the application imports nothing that it exports', () => {
    const { Outputs, Resources } = application[stage].template;
    const exported = Object.values(Outputs).flatMap(({ Export }) => (Export ? [Export.Name] : []));
    expect(exported).toContain(`shop-${stage}-issuer-url`);
    const imported = [...JSON.stringify(Resources).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(imported.filter((name) => name !== undefined && exported.includes(name))).toEqual([]);
  });

  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
  it('the application is within the limits of one template', () => {
    const { template } = application[stage];
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(500);
    expect(Buffer.byteLength(JSON.stringify(template))).toBeLessThanOrEqual(1_000_000);
    expect(Object.keys(template.Outputs).length).toBeLessThanOrEqual(200);
  });

  describe('every function', () => {
    it('has its bundle in its own package, where its handler says', () => {
      for (const [key, { handler }] of withFunctions.flatMap(({ name, functions }) =>
        Object.entries(functions).map(
          ([key, declared]) =>
            [key, { ...declared, handler: `services/${name}/${declared.handler}` }] as const,
        ),
      )) {
        const zip = readFileSync(join(application[stage].folder, '.serverless', `${key}.zip`), 'latin1');
        expect(zip).toContain(handler.replace(/\.handler$/, '.mjs'));
      }
    });

    it('is described, and tagged with its application and stage', () => {
      for (const { Properties } of ofType(application[stage], 'AWS::Lambda::Function')) {
        expect(Properties).toMatchObject({
          Tags: expect.arrayContaining([
            { Key: 'application', Value: 'shop' },
            { Key: 'stage', Value: stage },
          ]),
        });
        expect(Properties.Description).toMatch(/\w/);
      }
    });

    it('keeps its log for the days that the stage says', () => {
      const groups = ofType(application[stage], 'AWS::Logs::LogGroup').map(({ Properties }) => Properties);
      for (const { RetentionInDays } of groups) expect(RetentionInDays).toBe(stage === 'prod' ? 90 : 7);
    });

    it('has a role for its own log, its traces, what it declares and its destination', () => {
      const lambdas = ofType(application[stage], 'AWS::Lambda::Function');
      const machines = ofType(application[stage], 'AWS::StepFunctions::StateMachine');
      expect(machines.map(({ Properties }) => Properties.RoleArn)).toEqual(
        machines.map(({ id }) => ({ 'Fn::GetAtt': [`${id}Role`, 'Arn'] })),
      );
      const ofTheApis = ['WebsocketsApiRole', ...(stage === 'prod' ? ROLES_OF_THE_API : ['HttpApiRole'])];
      expect(ofType(application[stage], 'AWS::IAM::Role')).toHaveLength(
        lambdas.length + machines.length + ofTheApis.length,
      );

      for (const { Properties } of lambdas) {
        const declared = declaredFunction(Properties.FunctionName, stage);
        const role = application[stage].template.Resources[Properties.Role['Fn::GetAtt'][0]]?.Properties;
        expect(role?.ManagedPolicyArns ?? []).toEqual(declared.vpc ? [NETWORK_ACCESS] : []);
        expect(role?.Policies).toHaveLength(1);
        expect(role?.Policies[0]?.PolicyDocument.Statement).toEqual([
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: [
              {
                'Fn::Sub':
                  'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:' +
                  `log-group:/aws/lambda/${Properties.FunctionName}:*:*`,
              },
            ],
          },
          ...pollingStatements(declared),
          ...declaredStatements(Properties.FunctionName, stage),
          ...failureStatements(declared),
          { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' },
        ]);
      }
    });
  });

  describe('the HTTP API', () => {
    it(`calls its functions ${stage === 'prod' ? 'by aliases that are shifted' : 'themselves'}`, () => {
      const called = ofHttpApi(application[stage], 'AWS::ApiGatewayV2::Integration').map(({ Properties }) =>
        Properties.IntegrationUri?.['Fn::Join']?.[1].at(-1),
      );
      expect(called.length).toBeGreaterThan(0);
      expect([...new Set(called)]).toEqual([stage === 'prod' ? 'live' : undefined]);
      for (const type of ['AWS::Lambda::Version', 'AWS::Lambda::Alias', 'AWS::CodeDeploy::DeploymentGroup']) {
        expect(ofType(application[stage], type)).toHaveLength(stage === 'prod' ? called.length : 0);
      }
    });

    it('has the routes that openapi.json describes, and no others', () => {
      const { paths } = JSON.parse(
        readFileSync(join(import.meta.dirname, '../../../openapi.json'), 'utf8'),
      ) as {
        paths: Record<string, object>;
      };
      const described = Object.entries(paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      const deployed = ofHttpApi(application[stage], 'AWS::ApiGatewayV2::Route').map(
        ({ Properties }) => Properties.RouteKey,
      );
      expect(deployed.sort()).toEqual(described.sort());
    });

    it('takes tokens of the user pool in the same stack, by reference', () => {
      const { Outputs, Resources } = application[stage].template;
      expect(JSON.stringify(Outputs.IssuerUrl?.Value)).toContain('UserPool');
      expect(Resources.BackOfficeClient?.Type).toBe('AWS::Cognito::UserPoolClient');
      expect(only(application[stage], 'AWS::ApiGatewayV2::Authorizer').Properties.JwtConfiguration).toEqual({
        Audience: [{ Ref: 'BackOfficeClient' }],
        Issuer: Outputs.IssuerUrl?.Value,
      });
    });

    it('is throttled as the stage says', () => {
      const { DefaultRouteSettings } = only(application[stage], 'AWS::ApiGatewayV2::Stage').Properties;
      expect(DefaultRouteSettings).toEqual({
        DetailedMetricsEnabled: true,
        ThrottlingRateLimit: stage === 'prod' ? 500 : 50,
        ThrottlingBurstLimit: stage === 'prod' ? 1000 : 500,
      });
    });

    it('answers browsers of the configured origins only', () => {
      const cors = application[stage].template.Resources.HttpApi?.Properties.CorsConfiguration;
      expect(cors?.AllowOrigins).toEqual(['http://localhost:3000']);
      expect(cors?.AllowHeaders).toEqual(expect.arrayContaining(['authorization', 'if-match']));
      expect(cors?.AllowCredentials).toBeUndefined();
    });
  });

  describe('the topic of alarms', () => {
    it('lets in the alarms of this account alone, over TLS alone', () => {
      const { AlarmTopic, AlarmTopicPolicy } = application[stage].template.Resources;
      expect(AlarmTopic?.Properties).toMatchObject({ TopicName: `shop-alarms-${stage}` });
      // With AWS's own key no alarm could publish.
      expect(AlarmTopic?.Properties).not.toHaveProperty('KmsMasterKeyId');
      expect(AlarmTopicPolicy?.Properties).toMatchObject({
        Topics: [{ Ref: 'AlarmTopic' }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: 'sns:Publish',
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
            { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          ],
        },
      });
    });

    it('is told to nobody by e-mail unless an address is given', () => {
      expect(application[stage].template.Resources).not.toHaveProperty('AlarmEmail');
    });
  });
});

describe('a package', () => {
  it('is the same of the same code, so that no deployment begins of what has not changed', async () => {
    const zips = ({ folder }: Packaged) =>
      readdirSync(join(folder, '.serverless'))
        .filter((name) => name.endsWith('.zip'))
        .map((name) => ({ name, digest: digest(readFileSync(join(folder, '.serverless', name), 'latin1')) }));
    const once = await packaged(join(copies.prod, 'services/orders'), 'prod');
    const again = await packaged(join(copyOfRepository(), 'services/orders'), 'prod');
    expect(zips(again)).toEqual(zips(once));
    expect(zips(again)).not.toEqual([]);
  });
});

describe('a service that is added', () => {
  const declaration = (...functions: string[]) =>
    [
      'service: shop',
      'provider: ${file(../../shared/serverless/provider.cjs):provider}',
      'custom: { stackName: "shop-greetings-${sls:stage}" }',
      'functions:',
      ...functions,
      'resources:',
      '  - ${file(../../shared/serverless/http-api.yml)}',
      '  - Resources: { Greetings: { Type: AWS::SQS::Queue, DeletionPolicy: "${file(../../shared/serverless/retention.cjs):policy}" } }',
    ].join('\n');

  it('is part of the application without a change to the root', async () => {
    addFiles(copies.dev, {
      'services/greetings/serverless.yml': declaration(
        '  sayHello: { handler: src/handlers/say-hello.handler, environment: { QUEUE: !Ref Greetings }, events: [httpApi: GET /hello] }',
      ),
      'services/greetings/src/handlers/say-hello.ts':
        'export const handler = async () => ({ statusCode: 200 });',
    });
    const { template } = await packaged(copies.dev, 'dev');
    expect(template.Resources.SayHelloLambdaFunction?.Properties).toMatchObject({
      FunctionName: 'shop-dev-sayHello',
      Handler: 'services/greetings/src/handlers/say-hello.handler',
      Environment: { Variables: { QUEUE: { Ref: 'Greetings' } } },
    });
    expect(template.Resources.HttpApiRouteGetHello?.Type).toBe('AWS::ApiGatewayV2::Route');
    expect(template.Resources.Greetings?.DeletionPolicy).toBe('Delete');
  });

  it('is refused, in one line, when it declares what another has', async () => {
    addFiles(copies.prod, {
      'services/greetings/serverless.yml': declaration(
        '  listItems: { handler: src/handlers/say-hello.handler }',
      ),
    });
    expect(await sls(copies.prod, 'package', '--stage', 'prod')).toEqual({
      code: 1,
      output:
        'Error:\nCannot resolve serverless.yml: Variables resolution errored with:\n' +
        '  - Cannot resolve variable at "services": functions.listItems is declared twice, ' +
        'in services/greetings/serverless.yml and in services/items/serverless.yml\n',
    });
  });
});

describe('a bundle that cannot be built', () => {
  it('ends the command with the place of the error', async () => {
    addFiles(copies.prod, {
      'services/broken/serverless.yml': [
        'service: shop',
        'provider: ${file(../../shared/serverless/provider.cjs):provider}',
        'params: ${file(../../shared/serverless/params.cjs):params}',
        'plugins: [serverless-esbuild]',
        'custom: { stackName: shop-broken, esbuild: { config: ../../shared/serverless/esbuild.cjs } }',
        'functions: { break: { handler: src/break.handler } }',
      ].join('\n'),
      'services/broken/src/break.ts': "export { handler } from './absent.ts';",
    });
    const { code, output } = await sls(join(copies.prod, 'services/broken'), 'package');
    expect(output).toContain('src/break.ts:1:24: ERROR: Could not resolve "./absent.ts"');
    expect(code).toBe(1);
  });
});

describe('sls invoke local', () => {
  it('is refused in the folder of a service, where it would ask the account for the tables', async () => {
    const service = join(copies.prod, 'services/items');
    expect(await sls(service, 'invoke', 'local', '--function', 'getItem')).toEqual({
      code: 1,
      output:
        'Error:\n`sls invoke local` runs at the root of the repository, against the local cloud there.\n',
    });
  });
});

describe('a wrong setting', () => {
  const refused = (message: string) => ({ code: 1, output: `Error:\n${message}\n` });
  const STAGE_NAMES =
    'it may be dev, staging, prod, rehearsal, pr-<number>, dev-<name of up to 12 letters and digits>';

  it('ends the command with one line, at the root and in a service', async () => {
    const service = join(copies.dev, 'services/items');
    expect(await sls(service, 'package', '--stage', 'production')).toEqual(
      refused(`The stage "production" is not allowed; ${STAGE_NAMES}.`),
    );
    expect(await sls(copies.dev, 'package', '--param', 'logLevel=loud')).toEqual(
      refused('The parameter logLevel is "loud"; allowed: DEBUG, INFO, WARN, ERROR.'),
    );
  });

  it('of a stage that osls cannot name is reported once', async () => {
    expect(await sls(join(copies.dev, 'services/items'), 'package', '--stage', 'my_stage')).toEqual(
      refused(
        'Cannot resolve serverless.yml: Variables resolution errored with:\n' +
          `  - Cannot resolve variable at "stage": "my_stage" is not allowed; ${STAGE_NAMES}`,
      ),
    );
  });

  it('is a parameter that a service needs and nobody has given', async () => {
    addFiles(copies.dev, {
      'services/greetings/serverless.yml': [
        'service: shop',
        'functions: { sayHello: { handler: a.handler, environment: { A: "${param:greeting}", B: "${param:greeting}" } } }',
      ].join('\n'),
    });
    expect(await sls(copies.dev, 'package')).toEqual(
      refused(
        'The parameter "greeting" has no value, and functions.sayHello.environment.A needs it: ' +
          'describe it in shared/serverless/params.cjs.',
      ),
    );
  });
});
