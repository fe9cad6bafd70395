import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRecord } from './cloudformation/template.ts';
import type { Framework } from './framework.ts';
import { LOOPBACK } from './ports.ts';

/** Whether the application lists serverless-offline too, which then serves what this folder does not. */
export function isServerlessOfflineListed({ service }: Framework): boolean {
  return [service.plugins ?? []].flat().includes('serverless-offline');
}

/** Options of serverless-offline's HTTP server. Its help shows them, and given here they would do nothing. */
const WITHOUT_EFFECT = [
  ...['albPort', 'corsAllowHeaders', 'corsAllowOrigin', 'corsDisallowCredentials', 'corsExposedHeaders'],
  ...['disableCookieValidation', 'enforceSecureCookies', 'httpsProtocol', 'ignoreJWTSignature', 'noAuth'],
  ...['noPrependStageInUrl', 'prefix', 'resourceRoutes'],
];

export function optionWithoutEffect(options: object): string | undefined {
  return WITHOUT_EFFECT.find((name) => name in options);
}

/** Leaves serverless-offline its Lambda endpoint, on loopback and without its notices; what invokes is ours. */
export async function tameServerlessOffline(framework: Framework, lambdaPort: number): Promise<void> {
  const { service } = framework;
  const settings = service.custom?.['serverless-offline'];
  service.custom = {
    ...service.custom,
    'serverless-offline': { ...(isRecord(settings) && settings), host: LOOPBACK, lambdaPort },
  };
  for (const declaration of Object.values(service.functions ?? {})) {
    declaration.events = [];
  }
  const source = dirname(createRequire(import.meta.url).resolve('serverless-offline'));
  const { setLogUtils } = await import(pathToFileURL(join(source, 'utils/log.js')).href);
  const quiet = () => undefined;
  setLogUtils({
    log: {
      debug: quiet,
      info: quiet,
      notice: quiet,
      verbose: quiet,
      warning: console.warn,
      error: console.error,
    },
  });
}
