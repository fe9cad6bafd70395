import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Faults } from '../aws/faults.ts';
import { physicalIds, startCloud } from '../cloud.ts';
import { mergeTemplates } from '../cloudformation/template.ts';
import type { Application } from '../declared-application.ts';
import type { FunctionDeclaration } from '../framework.ts';
import { environmentOf, functionResources, lambdaFunctions } from '../functions.ts';
import { localCredentials, scrubAwsSettings } from '../lambda/environment.ts';
import type { InvocationEntry } from '../log.ts';
import { type DeclaredApplication, readApplication } from '../read-application.ts';
import type { TokenRequest } from '../services/identity/index.ts';
import { build, locateIn } from './build.ts';

export interface LocalCloud {
  /** Where every AWS client of the test goes. */
  readonly endpoint: string;
  /** CloudFormation logical id → physical id. */
  readonly resources: Readonly<Record<string, string>>;
  /** Every time that a function ran, in the order of their ends. */
  readonly invocations: readonly InvocationEntry[];
  readonly faults: Faults;
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
  /** Resources, functions and state machines that take the place of what is declared; these functions run. */
  readonly resources?: unknown;
  readonly functions?: Readonly<Record<string, TestFunction>>;
  readonly stepFunctions?: unknown;
}

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
  const application: Application = { ...declaration, implied: functionResources(functions, region) };
  const folder = mkdtempSync(join(tmpdir(), 'functions-'));
  const invocations: InvocationEntry[] = [];
  const cloud = await startCloud(application, {
    awsPort: 0,
    issuerPort: 0,
    dataFolder: options.data,
    keyFile: undefined,
    reset: false,
    log: (entry) => invocations.push(entry),
    onEnd(problem) {
      throw new Error(problem);
    },
  });
  const stop = async () => {
    cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const credentials = localCredentials(cloud.awsUrl, region);
    scrubAwsSettings(process.env);
    Object.assign(process.env, credentials);
    if (options.functions) {
      const locate = (_: string, handler: string) => ({ file: handler, exportName: 'handler' });
      await cloud.run(lambdaFunctions(application, cloud.scope, cloud.awsUrl, { folder, locate }));
    } else if (options.run) {
      await build(declaration, serviceDir, folder);
      const locate = (key: string, handler: string) => locateIn(folder, key, handler);
      await cloud.run(lambdaFunctions(application, cloud.scope, cloud.awsUrl, { folder, locate }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint: cloud.awsUrl,
    resources: physicalIds(cloud.scope),
    invocations,
    faults: cloud.faults,
    env: (functionKey) => environmentOf(application, functionKey, cloud.scope, cloud.awsUrl),
    token: (request = {}) => cloud.issuer.token(request),
    stop,
  };
}

/** The log lines of functions, metrics included, are nobody's concern in a test. */
function silent({ provider, ...application }: DeclaredApplication): DeclaredApplication {
  return {
    ...application,
    provider: {
      ...provider,
      environment: { ...provider.environment, LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' },
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
