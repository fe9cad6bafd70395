import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

type Table = typeof import('../shared/serverless/params.cjs');

/** The page that describes every parameter and stage. */
export function parametersPage(parameters: Table['parameters'], stages: string): string {
  return [
    '# Stages and parameters',
    '',
    'Made from `shared/serverless/params.cjs` by `npm run parameters`.',
    '',
    `A stage is one of ${stages.replaceAll('<', '&lt;')}.`,
    'It is given by `--stage`, and is dev when it is not. All but prod have the values of dev.',
    '',
    'A parameter is given by `--param "name=value"`, to each command for which it matters.',
    '',
    ...Object.entries(parameters).flatMap(([name, { description, allowed, ...values }]) => [
      `## ${name}`,
      '',
      `${description}.`,
      '',
      `- allowed: ${allowed}`,
      `- dev: ${shown(values.default)}; prod: ${shown(values.prod ?? values.default)}`,
      '',
    ]),
  ].join('\n');
}

const shown = (value: string | number | boolean | undefined) => {
  if (value === undefined) return 'must be given';
  return value === '' ? 'empty' : `\`${value}\``;
};

if (import.meta.main) {
  const { parameters, stages }: Table = createRequire(import.meta.url)('../shared/serverless/params.cjs');
  writeFileSync(
    join(import.meta.dirname, '../docs/parameters.md'),
    parametersPage(parameters, stages.allowed),
  );
}
