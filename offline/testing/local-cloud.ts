import { fileURLToPath } from 'node:url';
import { physicalIds, startCloud } from '../cloud.ts';
import { resolveEnvironment } from '../cloudformation/environment.ts';
import { mergeTemplates } from '../cloudformation/template.ts';
import { localCredentials, scrubAwsSettings } from '../lambda/environment.ts';
import type { TokenRequest } from '../services/identity/index.ts';
import { readApplication } from './application.ts';

export interface LocalCloud {
  /** Where every AWS client of the test goes. */
  readonly endpoint: string;
  /** CloudFormation logical id → physical id. */
  readonly resources: Readonly<Record<string, string>>;
  /** The environment that the function would run with. */
  env(functionKey: string): Record<string, string>;
  token(request?: TokenRequest): Promise<string>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Starts a local cloud of its own for a test file, on free ports, with the tables that the application declares
 * and nothing in them. AWS clients that the test makes are pointed at it by the environment of this process.
 *
 * `resources` takes the place of what the application declares; `data` is a folder that keeps the state.
 */
export async function startLocalCloud(
  options: { data?: string; resources?: unknown; serviceDir?: string } = {},
): Promise<LocalCloud> {
  const declared =
    options.resources === undefined
      ? await readApplication(options.serviceDir ?? ROOT, 'test')
      : {
          template: mergeTemplates(options.resources),
          region: 'eu-west-1',
          stackName: 'test',
          environments: {},
        };
  const cloud = await startCloud(
    { ...declared, implied: new Map() },
    {
      awsPort: 0,
      issuerPort: 0,
      dataFolder: options.data,
      keyFile: undefined,
      reset: false,
      onEnd(problem) {
        throw new Error(problem);
      },
    },
  );
  const credentials = localCredentials(cloud.awsUrl, declared.region);
  scrubAwsSettings(process.env);
  Object.assign(process.env, credentials);
  return {
    endpoint: cloud.awsUrl,
    resources: physicalIds(cloud.scope),
    env: (functionKey) => ({
      ...resolveEnvironment(`function ${functionKey}`, declared.environments[functionKey] ?? {}, cloud.scope),
      ...credentials,
    }),
    token: (request = {}) => cloud.issuer.token(request),
    stop: async () => cloud.stop(),
  };
}
