import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { withoutOwnSettings } from '../../shared/serverless/bundle-together.cjs';

/** A function's code as it is deployed, minified, and what it is made of. */
export interface BuiltBundle {
  /** The file that was bundled, from the root. */
  readonly entry: string;
  readonly file: string;
  readonly bytes: number;
  /** Bytes by package of npm, the largest first. */
  readonly packages: Readonly<Record<string, number>>;
}

const settings = createRequire(import.meta.url)('../../shared/serverless/esbuild.cjs') as (framework: {
  processedInput: { commands: string[] };
}) => Record<string, unknown> & { plugins: Plugin[] };
const { plugins, ...options } = settings({ processedInput: { commands: ['package'] } });

/**
 * Bundles each entry, a path from `root`, in one run of esbuild, with the settings that `sls package` has; `untrimmed`
 * without our plugins, which cut unused parts out of packages. Files are written below `folder`.
 */
export async function buildBundles(
  entries: readonly string[],
  { root, folder, untrimmed = false }: { root: string; folder: string; untrimmed?: boolean },
): Promise<BuiltBundle[]> {
  const common: BuildOptions = {
    ...withoutOwnSettings(options),
    plugins: untrimmed ? [] : plugins,
    absWorkingDir: root,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  };
  const { metafile } = await build({ ...common, entryPoints: [...entries], outdir: folder, metafile: true });
  return Object.entries(metafile.outputs).flatMap(([file, output]) =>
    output.entryPoint === undefined
      ? []
      : [
          {
            entry: output.entryPoint,
            file: resolve(root, file),
            bytes: output.bytes,
            packages: packagesIn(output.inputs),
          },
        ],
  );
}

/** What a file belongs to that lies in node_modules, be it in those of another package. */
const PACKAGE = /.*(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/;

function packagesIn(inputs: Metafile['outputs'][string]['inputs']): Record<string, number> {
  const packages: Record<string, number> = {};
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const name = PACKAGE.exec(file)?.[1];
    if (name !== undefined && bytesInOutput > 0) packages[name] = (packages[name] ?? 0) + bytesInOutput;
  }
  return Object.fromEntries(Object.entries(packages).sort(([, one], [, other]) => other - one));
}

/** The file that a function's handler lies in, from the service's folder. */
export const sourceOf = (handler: string): string => handler.replace(/\.handler$/, '.ts');
