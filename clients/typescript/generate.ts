import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

/** The text of schema.ts: the types of every route of openapi.json. */
export async function schemaText(): Promise<string> {
  const document = readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8');
  const types = astToString(await openapiTS(JSON.parse(document), { alphabetize: true }));
  return `// Made of openapi.json by npm run openapi.\n${types}`;
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, 'schema.ts'), await schemaText());
}
