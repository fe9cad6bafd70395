import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { descendants, until } from '../../../offline/test/processes.ts';
import type { LocalCloud } from '../../../offline/testing/local-cloud.ts';
import { type App, readinessOf, startApp, startQueue } from './app.ts';
import { databases, type TestDatabase } from './databases.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** The instructions of the Dockerfile, stage by stage. */
function stagesOf(dockerfile: string): { name: string; value: string }[][] {
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ name: line.split(' ')[0] ?? '', value: line.slice(line.indexOf(' ') + 1) }));
  const starts = lines.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  return starts.map((start, stage) => lines.slice(start, starts[stage + 1]));
}

const dockerfile = readFileSync(join(import.meta.dirname, '../Dockerfile'), 'utf8');
const [build = [], image = []] = stagesOf(dockerfile);
const valuesOf = (name: string, stage = image) =>
  stage.filter((instruction) => instruction.name === name).map(({ value }) => value);

describe('the Dockerfile', () => {
  it('builds on a base of one version, and runs on the same', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const base = `public.ecr.aws/docker/library/node:${devDependencies.node}-bookworm-slim`;
    expect(valuesOf('FROM', build)).toEqual([`--platform=$BUILDPLATFORM ${base} AS build`]);
    expect(valuesOf('FROM')).toEqual([base]);
  });

  it('installs what the lock file says, and bundles', () => {
    expect(valuesOf('RUN', build)).toEqual([
      'npm ci --ignore-scripts --no-audit --no-fund',
      'node tools/bundle-container.ts services/reports/src/main.ts /image/main.mjs',
    ]);
  });

  it('copies what is there, and lets the context have it', () => {
    const ignored = readFileSync(join(import.meta.dirname, '../Dockerfile.dockerignore'), 'utf8');
    const copied = valuesOf('COPY', build).flatMap((value) => value.split(' ').slice(0, -1));
    for (const path of copied) {
      expect(existsSync(join(ROOT, path))).toBe(true);
      expect(ignored).toContain(`\n!${path}\n`);
    }
  });

  it('puts one file into the image, for a user by number, and starts Node without a shell', () => {
    expect(valuesOf('COPY')).toEqual(['--from=build --chmod=444 /image/main.mjs ./']);
    expect(valuesOf('USER')).toEqual(['1000:1000']);
    expect(valuesOf('CMD')).toEqual(['["node", "main.mjs"]']);
  });
});

/**
 * The command as a container runs it: the first process of its own, on a file system that it cannot write to, as user
 * 1000 without any right.
 */
const confined = (folder: string, command: readonly string[]): [string, ...string[]] => [
  'unshare',
  ...['--mount', '--pid', '--fork', '--mount-proc', 'sh', '-c'],
  'mount -o remount,bind,ro / && ! touch "$0/written" 2> /dev/null && exec "$@"',
  folder,
  ...[
    'setpriv',
    '--reuid',
    '1000',
    '--regid',
    '1000',
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
  ],
  ...command,
];

/** Only root may do that, and not on every machine. */
function isConfinementPossible(): boolean {
  const [program, ...args] = confined(tmpdir(), [process.execPath, '--version']);
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
const alone = ['with nothing but its file', false] as const;
const asInContainer = [
  'as the first process, as a user without rights, on a file system that it cannot write to',
  true,
] as const;

describe('what the image holds', () => {
  let folder: string;
  let database: TestDatabase;
  let cloud: LocalCloud;
  let app: App | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'image-'));
    const bundled = ['tools/bundle-container.ts', 'services/reports/src/main.ts', join(folder, 'main.mjs')];
    execFileSync(process.execPath, bundled, { cwd: ROOT, stdio: 'pipe' });
    chmodSync(join(folder, 'main.mjs'), 0o444);
    chmodSync(folder, 0o555);
    const [, open] = databases.at(-1) ?? databases[0];
    // One after the other: PGlite lets nothing else go on in this process while it starts.
    database = await open();
    cloud = await startQueue();
  });
  afterAll(async () => {
    await app?.stop('SIGKILL');
    await cloud.stop();
    await database.close();
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true });
  });

  it.each(isConfinementPossible() ? [alone, asInContainer] : [alone])(
    'serves %s, passes the health check and ends by SIGTERM',
    async (_, isConfined) => {
      const command: [string, ...string[]] = [process.execPath, 'main.mjs'];
      app = await startApp(cloud, {
        databaseUrl: database.url,
        cwd: folder,
        command: isConfined ? confined(folder, command) : command,
      });
      const running = app;
      await until(async () => (await readinessOf(running)).status === 'ready');
      // What was started stands outside, and does not hand on signals.
      const node = isConfined ? descendants(app.pid)[0] : app.pid;
      if (isConfined) {
        const status = readFileSync(`/proc/${node}/status`, 'utf8');
        expect(status).toMatch(/^NSpid:\t\d+(\t\d+)*\t1$/m);
        expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
        expect(status).toMatch(/^CapBnd:\t0+$/m);
      }

      const { port } = new URL(app.url);
      const [, probe] = /CMD (\[.*\])/.exec(valuesOf('HEALTHCHECK')[0] ?? '') ?? [];
      const [, ...args] = JSON.parse(probe ?? '[]') as string[];
      const check = (on: string) =>
        spawnSync(process.execPath, args, { env: { PORT: on }, stdio: 'ignore' }).status;
      expect(check(port)).toBe(0);
      expect(await app.stop('SIGTERM', node)).toEqual({ code: 0, signal: null });
      expect(check(port)).toBe(1);
    },
  );
});
