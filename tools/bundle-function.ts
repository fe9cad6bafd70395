import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { withoutOwnSettings } from '../shared/serverless/bundle-together.cjs';

/** Bundles one function into one file, with the settings that zips are made with: the code of a container image. */

const [source, target] = process.argv.slice(2);
if (!source || !target) {
  console.error('Usage: node tools/bundle-function.ts <handler file> <bundle>');
  process.exit(2);
}
const settings = createRequire(import.meta.url)('../shared/serverless/esbuild.cjs') as (framework: {
  processedInput: { commands: string[] };
}) => Record<string, unknown>;

await build({
  ...withoutOwnSettings(settings({ processedInput: { commands: ['package'] } })),
  entryPoints: [source],
  outfile: target,
});
