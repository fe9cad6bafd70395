import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { awsClient } from './aws/client.ts';
import { startAwsEndpoint } from './aws/endpoint.ts';
import { Faults } from './aws/faults.ts';
import { pseudoParameters, type Scope } from './cloudformation/intrinsics.ts';
import type { Template } from './cloudformation/template.ts';
import { type Controlled, controlApi } from './control/index.ts';
import { RecentInvocations } from './control/recent.ts';
import { redriver } from './control/redrive.ts';
import type { Application } from './declared-application.ts';
import { LocalCloudError } from './errors.ts';
import { EventSources } from './event-sources/index.ts';
import { resourcesOfEvents } from './function-events.ts';
import { logicalIdOfFunction } from './functions.ts';
import type { InvocationLog } from './log.ts';
import { dynamoDbClient } from './services/dynamodb/client.ts';
import { dynamoDbTables, startDynamoDb } from './services/dynamodb/index.ts';
import { Containers } from './services/ecs/index.ts';
import { startEventBridge } from './services/event-bridge/index.ts';
import { eventBridgeResources } from './services/event-bridge/resources.ts';
import { startMessaging } from './services/fauxqs/index.ts';
import { messagingResources } from './services/fauxqs/resources.ts';
import { type Issuer, startIssuer, userPools } from './services/identity/index.ts';
import { Lambda, type LambdaFunction } from './services/lambda/index.ts';
import { layerVersions } from './services/lambda/layers.ts';
import { parameterResources } from './services/parameters/resources.ts';
import { startSecretsManager } from './services/parameters/secrets-manager.ts';
import { startSsm } from './services/parameters/ssm.ts';
import type { Database } from './services/postgres/index.ts';
import { databaseInstances } from './services/postgres/resources.ts';
import { type GrowingScope, provision, provisionResolved } from './services/provision.ts';
import type { Provisioner } from './services/service.ts';
import { startStepFunctions, stateMachineResources, stateMachines } from './services/step-functions/index.ts';
import { openStore } from './store.ts';
import { awsTargets } from './targets.ts';

export interface CloudOptions {
  readonly awsPort: number;
  readonly issuerPort: number;
  /** Where state is kept; none means that it goes when the cloud stops. */
  readonly dataFolder: string | undefined;
  /** Where the issuer's key is kept; none means that tokens end with the cloud. */
  readonly keyFile: string | undefined;
  /** Drop what is there first. */
  readonly reset: boolean;
  /** The application's Postgres, if it has one and it runs. */
  readonly database?: Database | undefined;
  /** Called when a part ends that was not asked to. */
  readonly onEnd: (problem: string) => void;
  readonly log: InvocationLog;
}

export interface Cloud {
  readonly awsUrl: string;
  readonly issuer: Issuer;
  readonly scope: Scope;
  readonly lambda: Lambda;
  /** To be told of every run of a function. */
  readonly log: InvocationLog;
  readonly faults: Faults;
  /** What the console looks into and changes. */
  readonly controlled: Controlled;
  /** The services of ECS; they run when they are started. */
  readonly containers: Containers;
  /** Types of declared resources that nothing here stands in for. */
  readonly notEmulated: readonly string[];
  /** Creates what the changed declaration has more, and brings the rest up to it; what it has no more stays. */
  update(application: Application): Promise<void>;
  /** Functions can run from now on: what waits for them begins, and what an earlier process left goes on. */
  run(functions: ReadonlyMap<string, LambdaFunction>): Promise<void>;
  /** Ends every part at once, without waiting: it may be the last thing that this process does. */
  stop(): void;
}

/** The template with what exists before anything is created: functions, the API and pseudo parameters. */
export function declaredScope(application: Application): GrowingScope {
  const { region, stackName, implied } = application;
  return {
    template: withStateMachines(application),
    resources: new Map(implied),
    pseudo: pseudoParameters(region, stackName),
  };
}

/** Starts every part, and creates what the application declares. */
export async function startCloud(application: Application, options: CloudOptions): Promise<Cloud> {
  const { region } = application;
  const { dataFolder } = options;
  const started: (() => void)[] = [];
  const stop = () => {
    for (const end of started.splice(0).reverse()) end();
  };
  try {
    const sources = new EventSources();
    const containers = new Containers();
    const dynamoDb = await startDynamoDb({
      region,
      dataFolder: dataFolder && join(dataFolder, 'dynamodb'),
      machine: { platform: process.platform, arch: process.arch, env: process.env },
      onEnd: options.onEnd,
      onWrite: () => sources.lookAtStreams(),
    });
    started.push(dynamoDb.stop);
    const issuer = await startIssuer(options.issuerPort, options.keyFile);
    started.push(issuer.close);

    if (options.reset && dataFolder) forget(dataFolder);
    const store = openStore(dataFolder);
    started.push(() => store.close());
    const faults = new Faults();
    let awsUrl = '';
    const client = () => awsClient(awsUrl, region);
    const targets = awsTargets(client, (...invocation) => lambda.invokeLater(...invocation));
    const recent = new RecentInvocations();
    const log: InvocationLog = (entry) => {
      recent.add(entry);
      options.log(entry);
    };
    const lambda = new Lambda({ region, store, targets, faults, log });
    const messaging = startMessaging({
      region,
      dataFolder,
      awsUrl: () => awsUrl,
      deliverToFunction: (arn, event, trigger) => lambda.invokeLater(arn, event, trigger),
      putEvent: (details) => eventBridge.publish('default', details),
    });
    started.push(messaging.stop);
    const eventBridge = startEventBridge({ region, store, targets });
    const stepFunctions = startStepFunctions({
      region,
      store,
      aws: client,
      invoke: (arn, payload) => lambda.invoke(arn, payload, 'state machine'),
    });
    const clock = { region, store, now: Date.now };
    const apis = [
      dynamoDb.api,
      ...messaging.apis,
      lambda.api,
      eventBridge.api,
      eventBridge.schedulerApi,
      stepFunctions.api,
      startSsm(clock),
      startSecretsManager(clock),
    ];
    const controlled: Controlled = {
      ...{ faults, lambda, stepFunctions, eventBridge, recent, containers },
      database: options.database,
      messaging: messaging.control,
      redrive: redriver({ region, endpoint: () => awsUrl }),
    };
    const control = controlApi(controlled);
    const aws = await startAwsEndpoint(options.awsPort, apis, { faults, control });
    awsUrl = aws.url;
    started.push(aws.close);
    for (const part of [lambda, eventBridge, stepFunctions, sources, containers])
      started.push(() => part.stop());

    const place = { aws: awsUrl, issuer: issuer.url, database: options.database?.url ?? null };
    let found = await findResources(application, { ...place, reset: options.reset }, { sources, containers });
    let stopSweeping = found.startSweeping();
    started.push(() => stopSweeping());
    return {
      ...{ awsUrl, issuer, lambda, log, faults, containers, controlled, stop },
      notEmulated: found.notEmulated,
      get scope() {
        return found.scope;
      },
      async update(changed) {
        found = await findResources(changed, { ...place, reset: false });
        stopSweeping();
        stopSweeping = found.startSweeping();
      },
      async run(functions) {
        lambda.use(functions);
        eventBridge.start();
        stepFunctions.resume();
        const aws = client();
        await sources.start({ aws, functions: lambda, targets, store, region, now: Date.now });
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/**
 * Creates what the application declares in a running local cloud, or finds it there. What Lambda polls, and what ECS
 * runs, is for the process that does so.
 *
 * @throws LocalCloudError when an existing resource cannot become what is declared
 */
export async function findResources(
  application: Application,
  { aws, issuer, database, reset }: { aws: string; issuer: string; database: string | null; reset: boolean },
  { sources, containers } = { sources: new EventSources(), containers: new Containers() },
) {
  const { region, stackName } = application;
  const scope = declaredScope(application);
  const client = awsClient(aws, region);
  const tables = dynamoDbTables(dynamoDbClient(aws, region), { reset, stackName });
  const provisioners: Provisioner[] = [
    tables,
    userPools(issuer, region),
    messagingResources(client, { reset, stackName }),
    eventBridgeResources(client, { region, stackName }),
    parameterResources(client, { stackName }),
    stateMachines(client, { stackName }),
    databaseInstances(client, { region, stackName, url: database }),
    layerVersions(region),
    containers.provisioner(region),
    sources.provisioner(region),
  ];
  const notEmulated = await provision(scope, provisioners);
  await provisionResolved(resourcesOfEvents(application, scope), provisioners, scope);
  return { scope, notEmulated, startSweeping: () => tables.startSweeping() };
}

/** The template, with the state machines that the plugin would put there. */
function withStateMachines({ template, stepFunctions, functions }: Application): Template {
  if (stepFunctions === undefined) return template;
  const logicalId = (key: string) => (key in functions ? logicalIdOfFunction(key) : undefined);
  const { resources, events } = stateMachineResources(stepFunctions, logicalId);
  for (const [id, starts] of Object.entries(events)) {
    if (starts.length === 0) continue;
    throw new LocalCloudError(
      `state machine ${id}: the local cloud does not support its events; declare an AWS::Events::Rule instead.`,
    );
  }
  return { ...template, Resources: { ...template.Resources, ...resources } };
}

/** Queues with their messages, objects, executions and whatever else is not in a table. */
function forget(dataFolder: string): void {
  for (const database of ['local-cloud.sqlite', 'fauxqs.db']) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataFolder, database + suffix), { force: true });
  }
}

/** Logical id → physical id of everything declared that exists. */
export function physicalIds({ resources, template }: Scope): Record<string, string> {
  return Object.fromEntries(
    [...resources].filter(([id]) => id in template.Resources).map(([id, { ref }]) => [id, ref]),
  );
}
