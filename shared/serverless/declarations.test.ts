import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readYaml } from '../../tools/cloudformation-yaml.ts';

const ROOT = join(import.meta.dirname, '../..');

type Keyed = Readonly<Record<string, unknown>>;
interface DeclaredFunction {
  readonly handler: string;
  readonly description?: string;
  readonly events?: readonly Keyed[];
  readonly onError?: unknown;
  readonly destinations?: { readonly onFailure?: unknown };
}
interface Declaration extends Keyed {
  readonly plugins: readonly string[];
  readonly functions?: Readonly<Record<string, DeclaredFunction>> | string;
}

const read = (folder: string) => readYaml(join(ROOT, folder, 'serverless.yml')) as Declaration;

const root = read('.');
const services = readdirSync(join(ROOT, 'services'))
  .map((name) => `services/${name}`)
  .filter((folder) => existsSync(join(ROOT, folder, 'serverless.yml')))
  .map((folder) => ({ folder, declaration: read(folder) }));
const functions = services.flatMap(({ folder, declaration }) =>
  Object.entries(typeof declaration.functions === 'object' ? declaration.functions : {}).map(
    ([key, declared]) => ({
      folder,
      key,
      declared,
    }),
  ),
);

/** The keys that have a place, in the order that they have in `map`. */
const placed = (map: object, order: readonly string[]) =>
  Object.keys(map).filter((key) => order.includes(key));
const sorted = (keys: readonly string[], order: readonly string[]) =>
  order.filter((key) => keys.includes(key));

const FILE_ORDER = [
  'service',
  'frameworkVersion',
  'configValidationMode',
  'params',
  'provider',
  'plugins',
  'custom',
  'package',
  'layers',
  'functions',
  'stepFunctions',
  'resources',
];
const FUNCTION_ORDER = [
  'handler',
  'description',
  'events',
  'environment',
  'iamRoleStatements',
  'onError',
  'destinations',
];

describe.each([{ folder: '.', declaration: root }, ...services])(
  '$folder/serverless.yml',
  ({ folder, declaration }) => {
    const up = folder === '.' ? '' : '../../';

    it('has its keys in the order of the others', () => {
      expect(Object.keys(declaration)).toEqual(sorted(placed(declaration, FILE_ORDER), FILE_ORDER));
    });

    it('has the settings that names and defaults depend on', () => {
      expect(declaration).toMatchObject({
        service: 'shop',
        frameworkVersion: '^4.3.1',
        configValidationMode: 'error',
        params: `\${file(${up}shared/serverless/params.cjs):params}`,
        custom: {
          stackName: folder === '.' ? 'shop-${sls:stage}' : `shop-${basename(folder)}-\${sls:stage}`,
        },
      });
    });

    it('checks settings before any other plugin runs', () => {
      expect(declaration.plugins[0]).toBe('serverless-shop/settings');
    });

    it('lists no plugin that the root does not, and those that it lists in the same order', () => {
      const { plugins } = declaration;
      expect(plugins).toEqual(sorted(plugins, root.plugins));
    });

    it('has the plugin for state machines when it has such, and only then', () => {
      expect(declaration.plugins.includes('serverless-step-functions')).toBe('stepFunctions' in declaration);
    });

    it('finishes the roles after they are made', () => {
      const { plugins } = declaration;
      expect(plugins.indexOf('serverless-shop/roles')).toBe(
        plugins.includes('serverless-iam-roles-per-function')
          ? plugins.indexOf('serverless-iam-roles-per-function') + 1
          : -1,
      );
    });
  },
);

describe.each(services)('$folder', ({ folder, declaration: { plugins, custom } }) => {
  it('shifts traffic as trafficShift says when it has functions behind the API, and only then', () => {
    const has = (kind: string) =>
      functions.some((one) => one.folder === folder && one.declared.events?.some((event) => kind in event));
    const hasRoutes = has('httpApi');
    expect(plugins.includes('serverless-shop/api-functions')).toBe(hasRoutes || has('websocket'));
    expect((custom as Keyed).trafficShift).toBe(hasRoutes ? '${param:trafficShift}' : undefined);
  });
});

describe('the root', () => {
  it('shifts traffic as trafficShift says', () => {
    expect(root.plugins).toContain('serverless-shop/api-functions');
    expect(root.custom).toMatchObject({ trafficShift: '${param:trafficShift}' });
  });

  it('takes its parts from the services', () => {
    expect(root).toMatchObject({
      provider: '${file(shared/serverless/application.cjs):provider}',
      functions: '${file(shared/serverless/application.cjs):functions}',
      stepFunctions: '${file(shared/serverless/application.cjs):stepFunctions}',
      resources: '${file(shared/serverless/application.cjs):resources}',
    });
  });
});

describe.each(functions)('$folder: $key', ({ folder, key, declared }) => {
  it('names a handler file that exists, after which it is named', () => {
    const [, path = '', exported] = /^(src\/handlers\/[a-z0-9-]+)\.(\w+)$/.exec(declared.handler) ?? [];
    expect(existsSync(join(ROOT, folder, `${path}.ts`))).toBe(true);
    expect(exported).toBe('handler');
    expect(key).toBe(basename(path).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()));
  });

  // The plugin that names the roles leaves out its suffix "lambdaRole" where there is no room for it.
  it('fits into the name of a role, which has 64 characters, in any stage and region', () => {
    expect(`shop-dev-abcdefghijkl-${key}-ap-southeast-1`.length).toBeLessThanOrEqual(64);
  });

  it('says what it does', () => {
    expect(declared.description).toMatch(/^[A-Z].{10,}[^.]$/);
  });

  it('has its keys in the order of the others', () => {
    const keys = placed(declared, FUNCTION_ORDER);
    expect(keys).toEqual(sorted(keys, FUNCTION_ORDER));
  });
});

/** Functions that no caller waits for and whose failed events would be lost. */
const withoutFailureRoute = (
  declared: Readonly<Record<string, Pick<DeclaredFunction, 'events' | 'onError' | 'destinations'>>>,
) =>
  Object.entries(declared).flatMap(([key, { events = [], onError, destinations }]) => {
    const ofFunction = onError !== undefined || destinations?.onFailure !== undefined;
    const lost = events.some((event) => {
      const [kind = '', details] = Object.entries(event)[0] ?? [];
      const own = details as { destinations?: Keyed; deadLetterQueueArn?: unknown } | undefined;
      if (['schedule', 's3', 'sns', 'iot', 'cloudwatchLog'].includes(kind)) return !ofFunction;
      if (kind === 'eventBridge') return !ofFunction && own?.deadLetterQueueArn === undefined;
      return kind === 'stream' && own?.destinations?.onFailure === undefined;
    });
    return lost ? [key] : [];
  });

describe('functions that no caller waits for', () => {
  it('say where their failed events go', () => {
    expect(
      withoutFailureRoute(Object.fromEntries(functions.map(({ key, declared }) => [key, declared]))),
    ).toEqual([]);
  });

  it('are found by their events', () => {
    const onFailure = { type: 'sqs', arn: 'arn' };
    expect(
      withoutFailureRoute({
        asked: { events: [{ httpApi: { method: 'get', path: '/' } }] },
        queued: { events: [{ sqs: { arn: 'arn' } }] },
        lostSchedule: { events: [{ schedule: 'rate(1 day)' }] },
        keptSchedule: { events: [{ schedule: 'rate(1 day)' }], destinations: { onFailure } },
        lostUpload: { events: [{ s3: { bucket: 'b' } }] },
        keptUpload: { events: [{ s3: { bucket: 'b' } }], onError: 'arn' },
        lostRule: { events: [{ eventBridge: { pattern: {} } }] },
        keptRule: { events: [{ eventBridge: { pattern: {}, deadLetterQueueArn: 'arn' } }] },
        lostStream: { events: [{ stream: { arn: 'arn' } }], destinations: { onFailure } },
        keptStream: { events: [{ stream: { arn: 'arn', destinations: { onFailure } } }] },
      }),
    ).toEqual(['lostSchedule', 'lostUpload', 'lostRule', 'lostStream']);
  });
});
