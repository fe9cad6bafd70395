import { join } from 'node:path';
import { startAwsEndpoint } from './aws/endpoint.ts';
import { type PhysicalResource, pseudoParameters } from './cloudformation/intrinsics.ts';
import type { Template } from './cloudformation/template.ts';
import { dynamoDbClient } from './services/dynamodb/client.ts';
import { dynamoDbTables, startDynamoDb } from './services/dynamodb/index.ts';
import { type Issuer, startIssuer, userPools } from './services/identity/index.ts';
import { type GrowingScope, provision } from './services/provision.ts';

/** The application as it is declared. */
export interface Application {
  readonly region: string;
  readonly stackName: string;
  readonly template: Template;
  /** What the framework creates beside the template: functions and the API. */
  readonly implied: ReadonlyMap<string, PhysicalResource>;
}

export interface CloudOptions {
  readonly awsPort: number;
  readonly issuerPort: number;
  /** Where state is kept; none means that it goes when the cloud stops. */
  readonly dataFolder: string | undefined;
  /** Where the issuer's key is kept; none means that tokens end with the cloud. */
  readonly keyFile: string | undefined;
  /** Drop the declared tables first. */
  readonly reset: boolean;
  /** Called when a part ends that was not asked to. */
  readonly onEnd: (problem: string) => void;
}

export interface Cloud {
  readonly awsUrl: string;
  readonly issuer: Issuer;
  readonly scope: GrowingScope;
  /** Types of declared resources that nothing here stands in for. */
  readonly notEmulated: readonly string[];
  /** Ends every part at once, without waiting: it may be the last thing that this process does. */
  stop(): void;
}

/** Starts every part, and creates what the application declares. */
export async function startCloud(application: Application, options: CloudOptions): Promise<Cloud> {
  const { region } = application;
  const started: (() => void)[] = [];
  const stop = () => {
    for (const end of started.splice(0).reverse()) end();
  };
  try {
    const dynamoDb = await startDynamoDb({
      region,
      dataFolder: options.dataFolder && join(options.dataFolder, 'dynamodb'),
      machine: { platform: process.platform, arch: process.arch, env: process.env },
      onEnd: options.onEnd,
    });
    started.push(dynamoDb.stop);
    const issuer = await startIssuer(options.issuerPort, options.keyFile);
    started.push(issuer.close);
    const aws = await startAwsEndpoint(options.awsPort, [dynamoDb.api]);
    started.push(aws.close);

    const found = await findResources(application, {
      aws: aws.url,
      issuer: issuer.url,
      reset: options.reset,
    });
    started.push(found.startSweeping());
    return { ...found, awsUrl: aws.url, issuer, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/**
 * Creates what the application declares in a running local cloud, or finds it there.
 *
 * @throws LocalCloudError when an existing resource cannot become what is declared
 */
export async function findResources(
  { region, stackName, template, implied }: Application,
  { aws, issuer, reset }: { aws: string; issuer: string; reset: boolean },
) {
  const scope: GrowingScope = {
    template,
    resources: new Map(implied),
    pseudo: pseudoParameters(region, stackName),
  };
  const tables = dynamoDbTables(dynamoDbClient(aws, region), { reset, stackName });
  const notEmulated = await provision(scope, [tables, userPools(issuer, region)]);
  return { scope, notEmulated, startSweeping: () => tables.startSweeping() };
}

/** Logical id → physical id of everything declared that exists. */
export function physicalIds({ resources, template }: GrowingScope): Record<string, string> {
  return Object.fromEntries(
    [...resources].filter(([id]) => id in template.Resources).map(([id, { ref }]) => [id, ref]),
  );
}
