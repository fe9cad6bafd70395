import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Operation, openapiDocument, type Route, type Schema } from '../shared/openapi.ts';
import { type DeclaredService, declaredServices } from './declared-services.ts';

const root = join(import.meta.dirname, '..');

/** Every HTTP route that the services declare. */
export function declaredRoutes(services: readonly DeclaredService[]): Route[] {
  return services.flatMap(({ functions }) =>
    Object.entries(functions).flatMap(([functionKey, { events = [] }]) =>
      events.flatMap(({ httpApi }) =>
        httpApi
          ? [
              {
                functionKey,
                method: httpApi.method,
                path: httpApi.path,
                ...(httpApi.authorizer && { scopes: httpApi.authorizer.scopes }),
              },
            ]
          : [],
      ),
    ),
  );
}

/** What the services say of their operations by function key, and the schemas that they name. */
export async function describedOperations(services: readonly DeclaredService[]): Promise<Descriptions> {
  const files = services
    .map(({ folder }) => join(folder, 'src/handlers/operations.ts'))
    .filter((file) => existsSync(file));
  const modules: Descriptions[] = await Promise.all(files.map((file) => import(pathToFileURL(file).href)));
  return {
    operations: Object.assign({}, ...modules.map(({ operations }) => operations)),
    schemas: Object.assign({}, ...modules.map(({ schemas }) => schemas)),
  };
}

interface Descriptions {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** The text of openapi.json, made from the declared routes and the schemas that validate their requests. */
export async function openapiText(): Promise<string> {
  const services = declaredServices(root);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const { operations, schemas } = await describedOperations(services);
  const document = openapiDocument(
    { title: 'Shop API', version, description: 'The catalogue of a shop, and the orders of its customers.' },
    declaredRoutes(services),
    operations,
    schemas,
  );
  return `${JSON.stringify(document, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(join(root, 'openapi.json'), await openapiText());
}
