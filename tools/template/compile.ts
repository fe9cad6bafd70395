import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyWithoutCode, removeRepositories } from '../../shared/serverless/test/repository.ts';
import type { Template } from './template.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Far from needed, and near enough for somebody who waits. */
const LONGEST_MS = 300_000;

/** A package as `sls package` makes it. */
export interface Package {
  readonly template: Template;
  readonly stackName: string;
  readonly region: string;
}

/** A copy of the repository to compile templates in; `dispose` removes it. */
export interface Compiler {
  readonly compile: (stage: string, parameters: Readonly<Record<string, string>>) => Promise<Template>;
  readonly dispose: () => void;
}

/** Compiles templates in seconds, without code. */
export function templateCompiler(): Compiler {
  const root = copyWithoutCode();
  return {
    compile: async (stage, parameters) =>
      (await packageInto(join(root, '.serverless'), root, stage, parameters)).template,
    dispose: removeRepositories,
  };
}

/** Makes the package of a stage in `folder`, with the real code. @throws Error with what the framework says */
export const packageOf = (folder: string, stage: string, parameters: Readonly<Record<string, string>>) =>
  packageInto(folder, ROOT, stage, parameters);

async function packageInto(
  folder: string,
  root: string,
  stage: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Package> {
  const framework = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const given = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const { NODE_OPTIONS: _, ...env } = process.env;
  await promisify(execFile)(
    process.execPath,
    [framework, 'package', '--stage', stage, '--package', folder, ...given],
    { cwd: root, env, timeout: LONGEST_MS },
  ).catch(({ stdout, stderr }) => {
    throw new Error(`sls package --stage ${stage} failed:\n${stdout}${stderr}`);
  });
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const { provider } = read('serverless-state.json').service;
  return {
    template: read('cloudformation-template-update-stack.json'),
    stackName: provider.stackName,
    region: provider.region,
  };
}
