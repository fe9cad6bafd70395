import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sls } from '../../offline/testing/offline.ts';
import { copyWithoutCode, removeRepositories } from '../../shared/serverless/test/repository.ts';
import type { Template } from './template.ts';

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
    compile: async (stage, parameters) => (await packageOf(root, stage, parameters)).template,
    dispose: removeRepositories,
  };
}

/**
 * Makes the package of a stage of the application, or of a service, that lies in `root`, with all that is uploaded in
 * `folder`. @throws Error with what the framework says
 */
export async function packageOf(
  root: string,
  stage: string,
  parameters: Readonly<Record<string, string>>,
  folder = join(root, '.serverless'),
): Promise<Package> {
  const given = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const args = ['package', '--stage', stage, '--package', folder, ...given];
  const { exitCode, output } = await sls({ folder: root, args });
  if (exitCode !== 0) throw new Error(`sls package --stage ${stage} failed:\n${output}`);
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const { provider } = read('serverless-state.json').service;
  return {
    template: read('cloudformation-template-update-stack.json'),
    stackName: provider.stackName,
    region: provider.region,
  };
}
