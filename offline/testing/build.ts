import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { build as esbuild } from 'esbuild';
import { withoutOwnSettings } from '../../shared/serverless/bundle-together.cjs';
import { isRecord } from '../cloudformation/template.ts';
import { LocalCloudError } from '../errors.ts';
import type { CodeLocation } from '../functions.ts';
import type { DeclaredApplication } from '../read-application.ts';

type Settings = Readonly<Record<string, unknown>> & {
  readonly external?: readonly string[];
  readonly exclude?: readonly string[];
};

/** Builds all functions into the folder as `sls offline` does. */
export async function build(
  application: DeclaredApplication,
  serviceDir: string,
  folder: string,
): Promise<void> {
  const handlers = Object.values(application.functions).flatMap(({ handler }) => handler ?? []);
  const entryPoints = [...new Set(handlers.map((handler) => sourceOf(serviceDir, handler)))];
  const settings = settingsOf(application.esbuild, serviceDir);
  await esbuild({
    ...withoutOwnSettings(settings),
    external: [...(settings.external ?? []), ...(settings.exclude ?? [])],
    absWorkingDir: resolve(serviceDir),
    entryPoints,
    outdir: folder,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    splitting: true,
    logLevel: 'silent',
  });
}

export function locateIn(folder: string, functionKey: string, handler: string): CodeLocation {
  const dot = handler.lastIndexOf('.');
  const file = join(folder, `${handler.slice(0, dot)}.mjs`);
  if (!existsSync(file)) {
    throw new LocalCloudError(`function ${functionKey}: there is no code for its handler ${handler}.`);
  }
  return { file, exportName: handler.slice(dot + 1) };
}

function sourceOf(serviceDir: string, handler: string): string {
  const path = handler.slice(0, handler.lastIndexOf('.'));
  const file = ['.ts', '.js', '.mjs'].map((extension) => path + extension);
  return file.find((name) => existsSync(join(serviceDir, name))) ?? `${path}.ts`;
}

/** `custom.esbuild` is an object, or names a file that exports a function of the framework's instance. */
function settingsOf(declared: unknown, serviceDir: string): Settings {
  if (!isRecord(declared)) return {};
  if (typeof declared.config !== 'string') return declared;
  const require = createRequire(import.meta.url);
  const configure = require(resolve(serviceDir, declared.config)) as (instance: object) => object;
  return { ...configure({ processedInput: { commands: ['offline'] } }) };
}
