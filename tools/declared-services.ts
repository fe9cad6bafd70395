import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml } from './cloudformation-yaml.ts';

/** A function as a service file declares it; only what the tools read. */
export interface DeclaredFunction {
  readonly handler: string;
  readonly description?: string;
  readonly events?: readonly { readonly httpApi?: HttpApiEvent }[];
  readonly environment?: Readonly<Record<string, unknown>>;
}

interface HttpApiEvent {
  readonly method: string;
  readonly path: string;
  readonly authorizer?: { readonly name: string; readonly scopes: readonly string[] };
}

export interface DeclaredService {
  readonly name: string;
  /** Path of the service's folder. */
  readonly folder: string;
  readonly functions: Readonly<Record<string, DeclaredFunction>>;
}

/** The services of the repository at `root`, as their serverless.yml files declare them, unresolved. */
export function declaredServices(root: string): DeclaredService[] {
  return readdirSync(join(root, 'services'))
    .map((name) => ({ name, folder: join(root, 'services', name) }))
    .filter(({ folder }) => existsSync(join(folder, 'serverless.yml')))
    .map(({ name, folder }) => {
      const { functions = {} } = readYaml(join(folder, 'serverless.yml')) as Partial<DeclaredService>;
      return { name, folder, functions };
    });
}
