import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/**
 * From now on stacks name places in the sources, as after `process.setSourceMapsEnabled(true)`. That reads the map of
 * every module that is loaded, a third of what a start costs; here one is read when a stack first needs it.
 */
export function mapStacks(): void {
  const maps = new Map<string, SourceMap | undefined>();

  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    return maps.get(file);
  };

  const placed = (site: NodeJS.CallSite): string => {
    const file = site.getFileName();
    const line = site.getLineNumber();
    const column = site.getColumnNumber();
    if (!file || line === null || column === null) return String(site);
    const origin = mapOf(file)?.findOrigin(line, column);
    if (!origin || !('fileName' in origin)) return String(site);
    const source = decodeURI(new URL(origin.fileName, file).pathname);
    return String(site).replace(
      `${file}:${line}:${column}`,
      `${source}:${origin.lineNumber}:${origin.columnNumber}`,
    );
  };

  Error.prepareStackTrace = (error, sites) =>
    [Error.prototype.toString.call(error), ...sites.map((site) => `    at ${placed(site)}`)].join('\n');
}

/** The map that stands beside a module; modules of Node and sources run as they are have none. */
function readMap(file: string): SourceMap | undefined {
  if (!file.startsWith('file:')) return undefined;
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${file}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
