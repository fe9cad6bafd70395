import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type PhysicalResource, resolve, type Scope } from './cloudformation/intrinsics.ts';
import { isRecord, mergeTemplates } from './cloudformation/template.ts';
import type { Application } from './declared-application.ts';
import { LocalCloudError } from './errors.ts';
import type { Framework } from './framework.ts';
import { environmentOf, functionResources, type Place } from './functions.ts';
import type { Authorizer } from './http/authorizer.ts';
import type { Issuer } from './services/identity/index.ts';
import { layerResources } from './services/lambda/layers.ts';
import { localCloudSettings, withConditions } from './settings.ts';

/** Where the APIs will be; an empty text where that does not matter. */
interface ApiUrls {
  readonly http: string;
  readonly websocket: string;
}

/** What the framework's configuration declares. */
export function applicationOf(framework: Framework, { http, websocket }: ApiUrls): Application {
  const { service } = framework;
  const aws = framework.getProvider('aws');
  const region = aws.getRegion();
  const functions = service.functions ?? {};
  return {
    region,
    stackName: aws.naming.getStackName(),
    template: withConditions(
      mergeTemplates(service.resources),
      localCloudSettings(service.custom).conditions,
    ),
    functions,
    provider: service.provider,
    stepFunctions: framework.configurationInput.stepFunctions,
    implied: new Map<string, PhysicalResource>([
      ['HttpApi', apiAt(http)],
      ['WebsocketsApi', apiAt(websocket)],
      ...functionResources(functions, region),
      ...layerResources(service.layers ?? {}, region),
    ]),
  };
}

/** An API as others refer to it. */
export const apiAt = (url: string): PhysicalResource => ({
  ref: 'local',
  attributes: { ApiId: 'local', ApiEndpoint: url },
});

/** Puts plain strings in place of what the functions' environments declare, for every plugin that reads them. */
export function resolveEnvironments(
  framework: Framework,
  application: Application,
  scope: Scope,
  place: Place,
): void {
  const environments = Object.keys(application.functions).map(
    (key) => [key, environmentOf(application, key, scope, place)] as const,
  );
  for (const [key, environment] of environments) {
    const declaration = framework.service.functions?.[key];
    if (declaration) declaration.environment = environment;
  }
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
