import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Application } from './cloud.ts';
import { resolveEnvironment } from './cloudformation/environment.ts';
import { ACCOUNT_ID, type PhysicalResource, resolve, type Scope } from './cloudformation/intrinsics.ts';
import { isRecord, mergeTemplates } from './cloudformation/template.ts';
import { LocalCloudError } from './errors.ts';
import type { Framework, FunctionDeclaration } from './framework.ts';
import type { Authorizer } from './http/authorizer.ts';
import { localCredentials, runtimeVariables } from './lambda/environment.ts';
import type { RunnableFunction } from './lambda/runner.ts';
import type { Issuer } from './services/identity/index.ts';

/** What the framework's configuration declares; `httpUrl` is where the API will be. */
export function applicationOf(framework: Framework, httpUrl: string): Application {
  const aws = framework.getProvider('aws');
  const { naming } = aws;
  const region = aws.getRegion();
  const implied = new Map<string, PhysicalResource>([
    ['HttpApi', { ref: 'local', attributes: { ApiId: 'local', ApiEndpoint: httpUrl } }],
  ]);
  for (const [key, { name }] of functionsOf(framework)) {
    const arn = functionArn(name, region);
    implied.set(naming.getLambdaLogicalId(key), { ref: name, attributes: { Arn: arn } });
  }
  return {
    region,
    stackName: naming.getStackName(),
    template: mergeTemplates(framework.service.resources),
    implied,
  };
}

export function functionsOf({ service }: Framework): [string, FunctionDeclaration][] {
  return Object.entries(service.functions ?? {});
}

const functionArn = (name: string, region: string) =>
  `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${name}`;

/** Puts plain strings in place of what the functions' environments declare, for every plugin that reads them. */
export function resolveEnvironments(framework: Framework, scope: Scope, awsUrl: string): void {
  const region = framework.getProvider('aws').getRegion();
  const { provider } = framework.service;
  const common = resolveEnvironment('provider', provider.environment ?? {}, scope);
  for (const [key, declaration] of functionsOf(framework)) {
    declaration.environment = {
      ...common,
      ...resolveEnvironment(`function ${key}`, declaration.environment ?? {}, scope),
      ...localCredentials(awsUrl, region),
    };
  }
}

/** The functions with their built code; after `resolveEnvironments`. */
export function runnableFunctions(framework: Framework): Map<string, RunnableFunction> {
  const region = framework.getProvider('aws').getRegion();
  const { provider } = framework.service;
  const folder = codeFolder(framework);
  const runnable = new Map<string, RunnableFunction>();
  for (const [key, declaration] of functionsOf(framework)) {
    const { name, handler, memorySize = provider.memorySize ?? 1_024 } = declaration;
    if (handler === undefined) continue;
    const { file, exportName } = locateHandler(folder, key, handler);
    runnable.set(key, {
      name,
      timeoutMs: (declaration.timeout ?? provider.timeout ?? 6) * 1_000,
      environment: {
        ...runtimeVariables({ name, handler, memorySize, folder }),
        ...(declaration.environment as Record<string, string>),
      },
      start: {
        moduleUrl: pathToFileURL(file).href,
        exportName,
        context: {
          functionName: name,
          functionVersion: '$LATEST',
          invokedFunctionArn: functionArn(name, region),
          memoryLimitInMB: String(memorySize),
          logGroupName: `/aws/lambda/${name}`,
          logStreamName: 'local',
          callbackWaitsForEmptyEventLoop: true,
        },
      },
    });
  }
  return runnable;
}

/** Where serverless-esbuild put the bundles; it says so in serverless-offline's settings. */
export function codeFolder({ service, serviceDir }: Framework): string {
  const settings = service.custom?.['serverless-offline'];
  return join(serviceDir, isRecord(settings) ? String(settings.location ?? '') : '');
}

export function locateHandler(folder: string, functionKey: string, handler: string) {
  const dot = handler.lastIndexOf('.');
  const path = join(folder, handler.slice(0, dot));
  const file = ['.mjs', '.js', '.cjs'].map((extension) => path + extension).find(existsSync);
  if (!file)
    throw new LocalCloudError(`function ${functionKey}: there is no code for its handler ${handler}.`);
  return { file, exportName: handler.slice(dot + 1) };
}

/** The JWT authorizers of the API. Whatever issuer they declare, the local one takes its place. */
export function authorizersOf(framework: Framework, scope: Scope, issuer: Issuer): Map<string, Authorizer> {
  const authorizers = new Map<string, Authorizer>();
  for (const [name, declared] of Object.entries(framework.service.provider.httpApi?.authorizers ?? {})) {
    if (!isRecord(declared) || (declared.type ?? 'jwt') !== 'jwt') {
      throw new LocalCloudError(`authorizer ${name}: only JWT authorizers run locally.`);
    }
    const header = /^\$request\.header\.([\w-]+)$/.exec(String(declared.identitySource))?.[1];
    if (!header)
      throw new LocalCloudError(`authorizer ${name}: its identitySource must be a request header.`);
    const audience = [resolve(declared.audience, scope)].flat().map(String);
    authorizers.set(name, { header: header.toLowerCase(), issuer: issuer.url, audience, keys: issuer.keys });
  }
  return authorizers;
}
