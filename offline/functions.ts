import { pathToFileURL } from 'node:url';
import { resolveEnvironment } from './cloudformation/environment.ts';
import { type PhysicalResource, resolve, type Scope } from './cloudformation/intrinsics.ts';
import type { Application } from './declared-application.ts';
import { LocalCloudError } from './errors.ts';
import type { FunctionDeclaration } from './framework.ts';
import { localCredentials, runtimeVariables } from './lambda/environment.ts';
import { asynchronousSettings } from './services/lambda/declaration.ts';
import { functionArn, type LambdaFunction } from './services/lambda/index.ts';
import { databaseVariables } from './services/postgres/variables.ts';

/** Where the code of a function is. */
export interface CodeLocation {
  readonly file: string;
  readonly exportName: string;
}

/** What the framework calls a function's resource: its key, capitalized, without dashes and underscores. */
export function logicalIdOfFunction(key: string): string {
  const text = key.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}LambdaFunction`;
}

/** The functions as resources that others refer to. */
export function functionResources(
  functions: Readonly<Record<string, FunctionDeclaration>>,
  region: string,
): Map<string, PhysicalResource> {
  return new Map(
    Object.entries(functions).map(([key, { name }]) => [
      logicalIdOfFunction(key),
      { ref: name, attributes: { Arn: functionArn(region, name) } },
    ]),
  );
}

/** Where the parts of the local cloud are that functions reach. */
export interface Place {
  readonly awsUrl: string;
  /** None when no database runs. */
  readonly databaseUrl: string | null;
}

/** The variables that the function's declaration and its service's give it, and those to reach the local cloud by. */
export function environmentOf(
  application: Application,
  functionKey: string,
  scope: Scope,
  { awsUrl, databaseUrl }: Place,
): Record<string, string> {
  const declaration = application.functions[functionKey];
  const environment = {
    ...resolveEnvironment('provider', application.provider.environment ?? {}, scope),
    ...resolveEnvironment(`function ${functionKey}`, declaration?.environment ?? {}, scope),
  };
  return {
    ...environment,
    ...localCredentials(awsUrl, application.region),
    ...databaseVariables(environment, databaseUrl),
  };
}

/** What a function may declare on AWS and would miss here. What a layer holds is in node_modules here. */
const UNSUPPORTED = ['url', 'image', 'fileSystemConfig'] as const;

/** All functions with code, ready to run. `locate` says where the build put the code of a handler. */
export function lambdaFunctions(
  application: Application,
  scope: Scope,
  place: Place,
  code: { folder: string; locate(functionKey: string, handler: string): CodeLocation },
): Map<string, LambdaFunction> {
  const { functions, provider, region } = application;
  const ready = new Map<string, LambdaFunction>();
  const arnOfFunction = (key: string) => {
    const declaration = functions[key];
    return declaration && functionArn(region, declaration.name);
  };
  for (const [key, declaration] of Object.entries(functions)) {
    const { name, handler, memorySize = provider.memorySize ?? 1_024 } = declaration;
    const missed = UNSUPPORTED.find((property) => property in declaration);
    if (missed) throw new LocalCloudError(`function ${key}: the local cloud does not support ${missed}.`);
    if (handler === undefined) continue;
    const { file, exportName } = code.locate(key, handler);
    const { destinations, onError, maximumRetryAttempts, maximumEventAge } = declaration;
    const asynchronous = resolve({ destinations, onError, maximumRetryAttempts, maximumEventAge }, scope);
    ready.set(key, {
      asynchronous: asynchronousSettings(key, asynchronous as object, arnOfFunction),
      runnable: {
        name,
        maximumInstances: declaration.reservedConcurrency,
        timeoutMs: (declaration.timeout ?? provider.timeout ?? 6) * 1_000,
        environment: {
          ...runtimeVariables({ name, handler, memorySize, folder: code.folder }),
          ...environmentOf(application, key, scope, place),
        },
        start: {
          moduleUrl: file.startsWith('data:') ? file : pathToFileURL(file).href,
          exportName,
          context: {
            functionName: name,
            functionVersion: '$LATEST',
            invokedFunctionArn: functionArn(region, name),
            memoryLimitInMB: String(memorySize),
            logGroupName: `/aws/lambda/${name}`,
            logStreamName: 'local',
            callbackWaitsForEmptyEventLoop: true,
          },
        },
      },
    });
  }
  return ready;
}
