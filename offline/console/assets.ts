import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../console');

/** A file of the page. */
export interface Asset {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** The script of the page, bundled; whoever runs no browser never waits for it. */
export async function bundleScript(): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, 'src/main.tsx')],
    tsconfig: join(FOLDER, 'tsconfig.json'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
    write: false,
  });
  const [script] = outputFiles;
  if (!script) throw new Error('The script of the console was not built.');
  return script.contents;
}

/** The files of the page by their paths below `/console/`; the script is built when it is first asked for, until it is. */
export function consoleAssets(bundle = bundleScript): (path: string) => Promise<Asset> | undefined {
  let script: Promise<Uint8Array> | undefined;
  const file = (name: string) => readFile(join(FOLDER, name), 'utf8');
  const assets: Readonly<Record<string, () => Promise<Asset>>> = {
    '': async () => ({ contentType: 'text/html; charset=utf-8', body: await file('index.html') }),
    'style.css': async () => ({ contentType: 'text/css; charset=utf-8', body: await file('style.css') }),
    'icon.svg': async () => ({ contentType: 'image/svg+xml', body: await file('icon.svg') }),
    'app.js': async () => {
      script ??= bundle().catch((error: unknown) => {
        script = undefined;
        throw error;
      });
      return { contentType: 'text/javascript; charset=utf-8', body: await script };
    },
  };
  return (path) => (Object.hasOwn(assets, path) ? assets[path]?.() : undefined);
}
