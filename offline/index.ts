import { join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  applicationOf,
  authorizersOf,
  codeFolder,
  locateHandler,
  resolveEnvironments,
} from './application.ts';
import { awsClient } from './aws/client.ts';
import {
  isServerlessOfflineListed,
  optionWithoutEffect,
  tameServerlessOffline,
} from './beside-serverless-offline.ts';
import { bundleIncrementally } from './bundle.ts';
import { type Cloud, declaredScope, findResources, physicalIds, startCloud } from './cloud.ts';
import { type Scope, UnresolvedIntrinsic } from './cloudformation/intrinsics.ts';
import type { Application } from './declared-application.ts';
import { removeEndpoints, runningEndpoints, stateFolder, writeEndpoints } from './endpoints.ts';
import { fail, LocalCloudError, messageOf } from './errors.ts';
import type { Framework, Options } from './framework.ts';
import { lambdaFunctions, type Place } from './functions.ts';
import { corsOf } from './http/cors.ts';
import { routesOf } from './http/routes.ts';
import { startHttpApi } from './http/server.ts';
import { localCredentials, scrubAwsSettings } from './lambda/environment.ts';
import { logInvocation, table } from './log.ts';
import { assertPortsFree, freePorts, LOOPBACK, parsePort, USUAL_PORTS, wantedPort } from './ports.ts';
import { seed } from './seed/seed.ts';
import type { Serving } from './serve.ts';
import { dynamoDbClient } from './services/dynamodb/client.ts';
import { declaredServices } from './services/ecs/declaration.ts';
import type { Lambda } from './services/lambda/index.ts';
import { declaredDatabase } from './services/postgres/declaration.ts';
import { type Database, givenDatabase, startDatabase } from './services/postgres/index.ts';
import { localCloudSettings } from './settings.ts';
import { readAgain, watchDeclarations } from './watch-declarations.ts';
import { webSocketRoutesOf } from './websocket/routes.ts';
import { startWebSocketApi } from './websocket/server.ts';

const LATE_MS = 2_000;

const text = (usage: string) => ({ type: 'string', usage });
const portOption = (option: keyof typeof USUAL_PORTS) =>
  text(`Port of ${USUAL_PORTS[option].purpose}. Default: ${USUAL_PORTS[option].port}`);

/** The local cloud behind `sls offline`, and behind `sls invoke local` while it runs. */
export default class OfflinePlugin {
  readonly commands = {
    offline: {
      usage: 'Runs the whole application on this machine.',
      lifecycleEvents: ['start'],
      options: {
        data: text('Folder that keeps all state. Without it state lasts until the end.'),
        reset: { type: 'boolean', usage: 'Drop what was declared, and what it holds, first.' },
        httpPort: portOption('httpPort'),
        websocketPort: portOption('websocketPort'),
        awsPort: portOption('awsPort'),
        issuerPort: portOption('issuerPort'),
        lambdaPort: portOption('lambdaPort'),
        reportsPort: portOption('reportsPort'),
        databasePort: text('Port of the Postgres database. Default: any that is free'),
      },
      // serverless-esbuild calls this after each rebuild.
      commands: { functionsUpdated: { lifecycleEvents: ['cleanup'], type: 'entrypoint' } },
    },
  };

  readonly hooks = {
    initialize: () => this.#guard(() => this.#prepare()),
    'before:offline:start': () => this.#guard(() => this.#start()),
    'offline:start': () => this.#untilStopped(),
    // The same command by the name that serverless-offline has for it.
    'before:offline:start:init': () => this.#guard(() => this.#start()),
    'offline:functionsUpdated:cleanup': () => this.#lambda?.reload(),
    'before:invoke:local:invoke': () => this.#guard(() => this.#pointAtBundle()),
  };

  readonly #framework: Framework;
  readonly #options: Options;
  #ports = { http: 0, websocket: 0, aws: 0, issuer: 0, lambda: 0 };
  #websocket: Serving | undefined;
  #containerPorts: readonly number[] = [];
  #database: Database | undefined;
  #cloud: Promise<Cloud> | undefined;
  #lambda: Lambda | undefined;
  #releaseBuild: () => Promise<void> = () => Promise.resolve();

  constructor(framework: Framework, options: Options) {
    this.#framework = framework;
    this.#options = options;
  }

  /** Before anything is built: what can be refused at once is refused at once. */
  async #prepare(): Promise<void> {
    const { commands } = this.#framework.processedInput;
    if (commands.join(' ') === 'invoke local') await this.#joinRunningCloud();
    if (commands[0] !== 'offline') return;
    const useless = optionWithoutEffect(this.#options);
    if (useless)
      fail(`--${useless} is for serverless-offline's HTTP server, which does not run here. Leave it out.`);
    if (this.#options.host !== undefined && this.#options.host !== LOOPBACK) {
      fail(`--host ${this.#options.host}: the local cloud listens on ${LOOPBACK} only. Leave --host out.`);
    }
    this.#ports = {
      http: parsePort('httpPort', this.#options.httpPort, USUAL_PORTS.httpPort.port),
      websocket: parsePort('websocketPort', this.#options.websocketPort, USUAL_PORTS.websocketPort.port),
      aws: parsePort('awsPort', this.#options.awsPort, USUAL_PORTS.awsPort.port),
      issuer: parsePort('issuerPort', this.#options.issuerPort, USUAL_PORTS.issuerPort.port),
      lambda: parsePort('lambdaPort', this.#options.lambdaPort, USUAL_PORTS.lambdaPort.port),
    };
    const reportsPort = parsePort('reportsPort', this.#options.reportsPort, USUAL_PORTS.reportsPort.port);
    const databasePort = parsePort('databasePort', this.#options.databasePort, 0);
    const declared = declaredScope(applicationOf(this.#framework, { http: '', websocket: '' }));
    this.#containerPorts = Array.from(
      { length: declaredServices(declared) },
      (_, index) => reportsPort + index,
    );
    await assertPortsFree([
      wantedPort('httpPort', this.#ports.http),
      ...(this.#webSocketRoutes().size > 0 ? [wantedPort('websocketPort', this.#ports.websocket)] : []),
      wantedPort('awsPort', this.#ports.aws),
      wantedPort('issuerPort', this.#ports.issuer),
      ...(isServerlessOfflineListed(this.#framework) ? [wantedPort('lambdaPort', this.#ports.lambda)] : []),
      ...this.#containerPorts.map((port) => wantedPort('reportsPort', port)),
      ...(databasePort === 0
        ? []
        : [{ port: databasePort, option: 'databasePort', purpose: 'the database' }]),
    ]);
    // It takes its time, and does so beside the build.
    this.#database = await this.#startDatabase(declared, databasePort);
    scrubAwsSettings(process.env);
    // Lambda's own time zone; threads have that of their process.
    process.env.TZ = 'UTC';
    this.#releaseBuild = bundleIncrementally(this.#framework.pluginManager.plugins);
    this.#cloud = this.#startCloud();
    // Told of by who waits for it.
    this.#cloud.catch(() => undefined);
  }

  /** Nothing when the application declares none. */
  async #startDatabase(declared: Scope, wantedPort: number): Promise<Database | undefined> {
    const wanted = declaredDatabase(declared);
    if (!wanted) return undefined;
    const { reset = false } = this.#options;
    const { DATABASE_URL } = process.env;
    if (DATABASE_URL) {
      if (reset) console.log('The database of DATABASE_URL stays as it is.');
      return givenDatabase(DATABASE_URL);
    }
    const [freePort = 0] = await freePorts(1);
    const folder = this.#dataFolder && join(this.#dataFolder, 'postgres');
    return startDatabase({ ...wanted, folder, reset, port: wantedPort || freePort, say: console.log });
  }

  /** What runs without the functions, so that it starts beside their build. */
  async #startCloud(): Promise<Cloud> {
    const { serviceDir } = this.#framework;
    const application = this.#application();
    const cloud = await startCloud(application, {
      awsPort: this.#ports.aws,
      issuerPort: this.#ports.issuer,
      dataFolder: this.#dataFolder,
      keyFile: join(this.#dataFolder ?? stateFolder(serviceDir), 'issuer-key.json'),
      reset: this.#options.reset ?? false,
      database: this.#database,
      onEnd: (problem) => void this.#releaseBuild().finally(() => fail(problem)),
      log: logInvocation,
    });
    process.once('exit', () => removeEndpoints(stateFolder(serviceDir), cloud.awsUrl));
    this.#stopOnSignals(cloud);
    const { region } = application;
    cloud.containers.start({
      ...{ ...this.#place(cloud), region, folder: serviceDir, ports: this.#containerPorts },
      client: awsClient(cloud.awsUrl, region),
      after: this.#database?.ready(),
      say: console.log,
    });
    await seed(dynamoDbClient(cloud.awsUrl, region), physicalIds(cloud.scope));
    return cloud;
  }

  async #start(): Promise<void> {
    const framework = this.#framework;
    const state = stateFolder(framework.serviceDir);
    const application = this.#application();
    const cloud = await this.#cloud;
    if (!cloud) throw new Error('The local cloud was not prepared.');
    const place = this.#place(cloud);
    const resources = physicalIds(cloud.scope);
    const folder = codeFolder(framework);
    const locate = (key: string, handler: string) => locateHandler(folder, key, handler);
    await cloud.run(lambdaFunctions(application, cloud.scope, place, { folder, locate }));
    resolveEnvironments(framework, application, cloud.scope, place);
    this.#lambda = cloud.lambda;
    cloud.faults.set(localCloudSettings(framework.service.custom).faults ?? {});
    const routes = routesOf(framework.service.functions ?? {});
    const authorizers = authorizersOf(framework, cloud.scope, cloud.issuer);
    for (const { audience } of authorizers.values())
      cloud.issuer.audience = audience[0] ?? cloud.issuer.audience;
    const cors = corsOf(framework.service.provider.httpApi?.cors);
    const http = await startHttpApi(this.#ports.http, {
      routes,
      authorizers,
      cors,
      runner: cloud.lambda.runner,
      log: cloud.log,
    });
    const webSocketRoutes = this.#webSocketRoutes();
    if (webSocketRoutes.size > 0) {
      this.#websocket = await startWebSocketApi(this.#ports.websocket, {
        routes: webSocketRoutes,
        stage: framework.getProvider('aws').getStage(),
        region: application.region,
        runner: cloud.lambda.runner,
        log: cloud.log,
      });
    }
    if (isServerlessOfflineListed(framework)) await tameServerlessOffline(framework, this.#ports.lambda);
    await this.#startedOrLate(cloud);

    const endpoints = {
      http: http.url,
      aws: cloud.awsUrl,
      websocket: this.#websocket?.url ?? null,
      reports: cloud.containers.running[0]?.url ?? null,
      issuer: cloud.issuer.url,
      database: place.databaseUrl,
      docs: routes.some(({ routeKey }) => routeKey === 'GET /docs') ? `${http.url}/docs` : null,
      resources,
    };
    writeEndpoints(state, endpoints);
    watchDeclarations(framework.serviceDir, () => {
      this.#update(cloud, application)
        .then(() => writeEndpoints(state, { ...endpoints, resources: physicalIds(cloud.scope) }))
        .catch((error: unknown) =>
          console.error(`The changed declaration is not in force: ${messageOf(error)}`),
        );
    });
    if (cloud.notEmulated.length > 0) console.log(`Not emulated: ${cloud.notEmulated.join(', ')}`);
    console.log(
      `\n${table([
        ['HTTP API', endpoints.http],
        ['API documentation', endpoints.docs],
        ['WebSocket API', endpoints.websocket],
        ...cloud.containers.running.map(
          ({ id, url }, index) => [index === 0 ? 'Reports API' : id, url] as const,
        ),
        ['AWS endpoint', endpoints.aws],
        ['Database', this.#database?.process ? endpoints.database : null],
        ['Control API', `${endpoints.aws}/_local/`],
        [
          'Lambda endpoint',
          isServerlessOfflineListed(framework) ? `http://${LOOPBACK}:${this.#ports.lambda}` : null,
        ],
        ['Token issuer', endpoints.issuer],
        ['Token', 'npm run --silent token -- --scope shop/items.write --sub alice'],
        ['Data', this.#dataFolder ?? null],
      ])}\n`,
    );
  }

  #application(): Application {
    return applicationOf(this.#framework, {
      http: `http://${LOOPBACK}:${this.#ports.http}`,
      websocket: `ws://${LOOPBACK}:${this.#ports.websocket}`,
    });
  }

  #webSocketRoutes() {
    return webSocketRoutesOf(this.#framework.service.functions ?? {});
  }

  #place({ awsUrl }: Cloud): Place {
    return { awsUrl, databaseUrl: this.#database?.url ?? null };
  }

  get #dataFolder(): string | undefined {
    return this.#options.data === undefined ? undefined : resolve(this.#options.data);
  }

  /** What runs in processes of its own does not keep the rest waiting for long. */
  async #startedOrLate({ containers }: Cloud): Promise<void> {
    const started = Promise.all([containers.ready(), this.#database?.ready()]);
    await Promise.race([started, delay(LATE_MS, undefined, { ref: false })]);
  }

  /** Resources follow a changed declaration at once; functions and what invokes them with the next start. */
  async #update(cloud: Cloud, { functions, implied }: Application): Promise<void> {
    const stage = this.#framework.getProvider('aws').getStage();
    const changed = await readAgain(this.#framework.serviceDir, stage);
    await cloud.update({ ...changed, functions, implied });
    console.log('Resources are as they are declared now. Functions and their events are so after a restart.');
  }

  /** serverless-offline, where it is listed, waits for the end by itself. */
  #untilStopped(): Promise<void> | undefined {
    return isServerlessOfflineListed(this.#framework) ? undefined : new Promise(() => {});
  }

  /** A second signal ends it at once. */
  #stopOnSignals({ containers }: Cloud): void {
    let isEnding = false;
    const end = () => {
      if (isEnding) process.exit(0);
      isEnding = true;
      this.#websocket?.close();
      void Promise.all([this.#releaseBuild(), containers.drain()]).finally(() => process.exit(0));
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  }

  /** Lets `sls invoke local` use the running local cloud, never an account. */
  async #joinRunningCloud(): Promise<void> {
    const { aws, http, websocket, issuer, database } = await runningEndpoints(
      stateFolder(this.#framework.serviceDir),
    );
    scrubAwsSettings(process.env);
    // The framework asks for credentials of its own to hand on; these it finds first, and no profile.
    Object.assign(process.env, localCredentials(aws, this.#framework.getProvider('aws').getRegion()));
    const application = applicationOf(this.#framework, { http: http ?? '', websocket: websocket ?? '' });
    const { scope } = await findResources(application, { aws, issuer, database, reset: false });
    resolveEnvironments(this.#framework, application, scope, { awsUrl: aws, databaseUrl: database });
  }

  /** The framework looks for `.js` and `.cjs` only, and takes a full file name as it is. */
  #pointAtBundle(): void {
    const declaration = this.#framework.service.functions?.[this.#options.function ?? ''];
    if (!declaration?.handler) return;
    const folder = codeFolder(this.#framework);
    const { file, exportName } = locateHandler(folder, this.#options.function ?? '', declaration.handler);
    Object.assign(declaration, { handler: `${relative(this.#framework.serviceDir, file)}.${exportName}` });
  }

  async #guard(step: () => Promise<void> | void): Promise<void> {
    try {
      await step();
    } catch (error) {
      await this.#releaseBuild();
      if (error instanceof LocalCloudError || error instanceof UnresolvedIntrinsic) fail(error.message);
      // Ours to mend: the framework would print it too, and then wait for the build that is still watching.
      fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }
}
