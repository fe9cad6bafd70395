import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiAt } from '../application.ts';
import { awsClient } from '../aws/client.ts';
import type { Faults } from '../aws/faults.ts';
import { declaredScope, physicalIds, startCloud } from '../cloud.ts';
import { mergeTemplates } from '../cloudformation/template.ts';
import type { Application } from '../declared-application.ts';
import type { FunctionDeclaration } from '../framework.ts';
import { environmentOf, functionResources, lambdaFunctions } from '../functions.ts';
import { localCredentials, scrubAwsSettings } from '../lambda/environment.ts';
import type { InvocationEntry } from '../log.ts';
import { freePorts, LOOPBACK } from '../ports.ts';
import { type DeclaredApplication, readApplication } from '../read-application.ts';
import type { Serving } from '../serve.ts';
import { declaredServices } from '../services/ecs/declaration.ts';
import type { TokenRequest } from '../services/identity/index.ts';
import type { LambdaFunction } from '../services/lambda/index.ts';
import { layerResources } from '../services/lambda/layers.ts';
import { declaredDatabase } from '../services/postgres/declaration.ts';
import { type Database, startDatabase } from '../services/postgres/index.ts';
import { webSocketRoutesOf } from '../websocket/routes.ts';
import { startWebSocketApi } from '../websocket/server.ts';
import { build, locateIn } from './build.ts';
import { sharedBuild, sharedCompileCache } from './shared-build.ts';

export interface LocalCloud {
  /** Where every AWS client of the test goes. */
  readonly endpoint: string;
  /** CloudFormation logical id → physical id. */
  readonly resources: Readonly<Record<string, string>>;
  /** Every time that a function ran, in the order of their ends. */
  readonly invocations: readonly InvocationEntry[];
  readonly faults: Faults;
  /** Where the WebSocket API is; it answers when it was asked for. */
  readonly websocketUrl: string;
  /** Of the Postgres; null when it was not asked for. */
  readonly databaseUrl: string | null;
  /** Where the services of ECS answer, by their logical ids; none when they were not asked for. */
  readonly containers: Readonly<Record<string, string>>;
  /** What the containers have printed, and what was said of them and of the database. */
  output(): string;
  /** The environment that the function would run with. */
  env(functionKey: string): Record<string, string>;
  token(request?: TokenRequest): Promise<string>;
  stop(): Promise<void>;
}

/** A function of a test: its declaration, with the text of a module that exports `handler` as its code. */
export type TestFunction = Omit<FunctionDeclaration, 'name' | 'handler'> & { readonly code: string };

export interface LocalCloudOptions {
  /** A folder that keeps the state. */
  readonly data?: string;
  /** Where the serverless.yml is; the whole application by default. */
  readonly serviceDir?: string;
  /** Builds the declared functions and runs them with their event sources. */
  readonly run?: boolean;
  /** Changes the built functions before they run, for example to measure them; `awsUrl` is where they find AWS. */
  readonly prepare?: (functions: Functions, awsUrl: string) => Promise<Functions>;
  /** Serves the WebSocket API with the functions that run. */
  readonly websocket?: boolean;
  /** Starts the Postgres that is declared. */
  readonly database?: boolean;
  /** Starts the services of ECS that are declared, and the Postgres. */
  readonly containers?: boolean;
  /** Resources, functions and state machines that take the place of what is declared; these functions run. */
  readonly resources?: unknown;
  readonly functions?: Readonly<Record<string, TestFunction>>;
  readonly stepFunctions?: unknown;
}

type Functions = ReadonlyMap<string, LambdaFunction>;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Starts a local cloud of its own for a test file, on free ports, with what the application declares and nothing in
 * it. AWS clients that the test makes are pointed at it by the environment of this process.
 */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const { serviceDir = ROOT } = options;
  const declaration = isInvented(options)
    ? invented(options)
    : silent(await readApplication(serviceDir, 'test'));
  const { region, functions } = declaration;
  const [websocketPort = 0] = await freePorts(1);
  const websocketUrl = `ws://${LOOPBACK}:${websocketPort}`;
  const application: Application = {
    ...declaration,
    implied: new Map([
      ['WebsocketsApi', apiAt(websocketUrl)],
      ...functionResources(functions, region),
      ...layerResources(declaration.layers, region),
    ]),
  };
  let output = '';
  const print = (text: string) => {
    output += text;
  };
  const say = (line: string) => print(`${line}\n`);
  const database =
    (options.database ?? options.containers)
      ? await startDeclaredDatabase(application, options, say)
      : undefined;
  const invocations: InvocationEntry[] = [];
  const cloud = await startCloud(application, {
    awsPort: 0,
    issuerPort: 0,
    dataFolder: options.data,
    keyFile: undefined,
    reset: false,
    database,
    log: (entry) => invocations.push(entry),
    onEnd(problem) {
      throw new Error(problem);
    },
  }).catch(async (error: unknown) => {
    await database?.end();
    throw error;
  });
  const folder = mkdtempSync(join(tmpdir(), 'functions-'));
  const place = { awsUrl: cloud.awsUrl, databaseUrl: database?.url ?? null };
  let websocket: Serving | undefined;
  const stop = async () => {
    websocket?.close();
    await cloud.containers.drain();
    cloud.stop();
    await database?.end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const credentials = localCredentials(cloud.awsUrl, region);
    scrubAwsSettings(process.env);
    Object.assign(process.env, credentials);
    if (options.containers) {
      const ports = await freePorts(declaredServices(cloud.scope));
      const client = awsClient(cloud.awsUrl, region);
      cloud.containers.start({ ...place, region, client, folder: serviceDir, ports, say, print });
    }
    if (options.functions) {
      const locate = (_: string, handler: string) => ({ file: handler, exportName: 'handler' });
      await cloud.run(lambdaFunctions(application, cloud.scope, place, { folder, locate }));
    } else if (options.run) {
      const buildInto = async (target: string) => {
        await build(declaration, serviceDir, target);
        // What the build leaves out is found from where the code is.
        symlinkSync(join(ROOT, 'node_modules'), join(target, 'node_modules'));
      };
      const shared = serviceDir === ROOT ? await sharedBuild(buildInto) : undefined;
      if (!shared) await buildInto(folder);
      const locate = (key: string, handler: string) => locateIn(shared ?? folder, key, handler);
      const functions = lambdaFunctions(application, cloud.scope, place, { folder, locate });
      await cloud.run((await options.prepare?.(functions, cloud.awsUrl)) ?? functions);
    }
    if (options.websocket) {
      const routes = webSocketRoutesOf(functions);
      const { runner } = cloud.lambda;
      websocket = await startWebSocketApi(websocketPort, {
        routes,
        stage: 'test',
        region,
        runner,
        log: cloud.log,
      });
    }
    await Promise.all([cloud.containers.ready(), database?.ready()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint: cloud.awsUrl,
    resources: physicalIds(cloud.scope),
    invocations,
    faults: cloud.faults,
    websocketUrl,
    databaseUrl: place.databaseUrl,
    containers: Object.fromEntries(cloud.containers.running.map(({ id, url }) => [id, url])),
    output: () => output,
    env: (functionKey) => environmentOf(application, functionKey, cloud.scope, place),
    token: (request = {}) => cloud.issuer.token(request),
    stop,
  };
}

async function startDeclaredDatabase(
  application: Application,
  { data }: LocalCloudOptions,
  say: (line: string) => void,
): Promise<Database | undefined> {
  const declared = declaredDatabase(declaredScope(application));
  if (!declared) return undefined;
  const [port = 0] = await freePorts(1);
  const folder = data && join(data, 'postgres');
  return startDatabase({ ...declared, port, folder, reset: false, say });
}

/** The log lines of functions, metrics included, are nobody's concern in a test. */
function silent({ provider, ...application }: DeclaredApplication): DeclaredApplication {
  return {
    ...application,
    provider: {
      ...provider,
      environment: {
        ...provider.environment,
        ...sharedCompileCache(),
        LOG_LEVEL: 'SILENT',
        POWERTOOLS_METRICS_DISABLED: 'true',
      },
    },
  };
}

const isInvented = ({ resources, functions, stepFunctions }: LocalCloudOptions) =>
  (resources ?? functions ?? stepFunctions) !== undefined;

function invented({ resources, functions = {}, stepFunctions }: LocalCloudOptions): DeclaredApplication {
  return {
    region: 'eu-west-1',
    stackName: 'test',
    template: mergeTemplates(resources),
    provider: {},
    stepFunctions,
    esbuild: {},
    layers: {},
    functions: Object.fromEntries(
      Object.entries(functions).map(([key, { code, ...declaration }]) => [
        key,
        {
          ...declaration,
          name: `test-${key}`,
          handler: `data:text/javascript,${encodeURIComponent(code)}`,
        },
      ]),
    ),
  };
}
