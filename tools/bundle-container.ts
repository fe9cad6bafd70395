import { createRequire } from 'node:module';
import { build, type Plugin } from 'esbuild';
import { withoutOwnSettings } from '../shared/serverless/bundle-together.cjs';

/**
 * Bundles a program into one file, the code of a container image. It has all that it needs in it: a container has no
 * layers, and its credentials come from an address and not from its environment, as those of a function do.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */

const [source, target] = process.argv.slice(2);
if (!source || !target) {
  console.error('Usage: node tools/bundle-container.ts <program> <bundle>');
  process.exit(2);
}
const settings = createRequire(import.meta.url)('../shared/serverless/esbuild.cjs') as (framework: {
  processedInput: { commands: string[] };
}) => Record<string, unknown> & { plugins: Plugin[] };
const { plugins, ...options } = settings({ processedInput: { commands: ['package'] } });

await build({
  ...withoutOwnSettings(options),
  plugins: plugins.filter(({ name }) => name === 'names'),
  entryPoints: [source],
  outfile: target,
  // A fault of the process is told by its stack; nothing has to load fast here.
  minify: false,
  // The binding of pg to libpq, which is not installed and which it does without.
  external: ['pg-native'],
});
