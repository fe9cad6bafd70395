import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../offline/errors.ts';
import { type Allowed, listOf, surprises } from './bundles/allowed.ts';
import { type BuiltBundle, buildBundles, sourceOf } from './bundles/build.ts';
import { declaredServices } from './declared-services.ts';

const USAGE = `npm run check:bundles [-- --write]

Bundles every function as a deployment does, and compares the packages of npm in it and its size with the list in
tools/bundles/allowed.json: what a function imports is most of its cold start. Ends with 1 when they differ.

  --write  makes the list anew: the change shows in review what a bundle gained
  --help   shows this text`;

const ROOT = join(import.meta.dirname, '..');
const LIST = join(import.meta.dirname, 'bundles/allowed.json');

async function bundlesOfFunctions(): Promise<Record<string, BuiltBundle>> {
  const entries = new Map(
    declaredServices(ROOT).flatMap(({ folder, functions }) =>
      Object.entries(functions).map(([name, { handler }]) => [
        relative(ROOT, join(folder, sourceOf(handler))),
        name,
      ]),
    ),
  );
  const folder = mkdtempSync(join(tmpdir(), 'shop-bundles-'));
  try {
    const built = await buildBundles([...entries.keys()], { root: ROOT, folder });
    return Object.fromEntries(built.map((bundle) => [entries.get(bundle.entry), bundle]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

try {
  const { values } = parseArgs({ options: { write: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(USAGE);
  } else if (values.write) {
    writeFileSync(LIST, `${JSON.stringify(listOf(await bundlesOfFunctions()), null, 2)}\n`);
  } else {
    const bundles = await bundlesOfFunctions();
    const found = surprises(bundles, JSON.parse(readFileSync(LIST, 'utf8')) as Allowed[]);
    console.log(`${Object.keys(bundles).length} bundles, ${found.length} surprises`);
    for (const line of found) console.error(line);
    if (found.length > 0) {
      console.error('If it is meant, npm run check:bundles -- --write takes it into the list.');
      process.exitCode = 1;
    }
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
