import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { writeAtomically } from './files.ts';

interface Input {
  readonly digest: string | undefined;
  readonly imports: readonly string[];
}

type Digests = Readonly<Record<string, string | undefined>>;

interface Recorded {
  /** Of everything that decides how a build is made, but is no input of it. */
  readonly settings: string;
  /** By their paths below the root, as all paths here are. */
  readonly inputs: Readonly<Record<string, Input>>;
  /** What each entry point was built into. */
  readonly bundles: Readonly<Record<string, Digests>>;
}

/** What bundles were made of and consist of, by content: kept beside them, it tells what has to be built again. */
export class BuildRecord {
  readonly #root: string;
  readonly #file: string;
  #recorded: Recorded;
  #begunMs = 0;

  constructor(root: string, file: string, settings: string) {
    this.#root = root;
    this.#file = file;
    const found = readRecord(file);
    this.#recorded = found?.settings === settings ? found : { settings, inputs: {}, bundles: {} };
  }

  /** Those whose bundle is not what a build would make of the files as they are now. */
  outdated(entryPoints: readonly string[]): string[] {
    const { inputs, bundles } = this.#recorded;
    const changed = new Set(
      Object.keys(inputs).filter((path) => inputs[path]?.digest !== this.#digestOf(path)),
    );
    const outputs: Digests = Object.assign({}, ...Object.values(bundles));
    const lost = new Set(Object.keys(outputs).filter((path) => outputs[path] !== this.#digestOf(path)));
    return entryPoints.filter((entry) => {
      const bundle = bundles[entry];
      if (!bundle || Object.keys(bundle).some((path) => lost.has(path))) return true;
      if (changed.size === 0) return false;
      const read = reachable(entry, (path) => inputs[path]?.imports ?? []);
      return [...read].some((path) => changed.has(path));
    });
  }

  /** Takes the entry points out of the record until they are built, so that what ends half-way does not count. */
  begin(entryPoints: readonly string[]): void {
    const bundles = Object.entries(this.#recorded.bundles).filter(([entry]) => !entryPoints.includes(entry));
    this.#write({ ...this.#recorded, bundles: Object.fromEntries(bundles) });
    // By the clock of the file system, which is the one that changes of files are dated by.
    this.#begunMs = statSync(this.#file).ctimeMs;
  }

  /** Records a build, unless a file has changed since it began: it may have read the old content or the new. */
  end({ inputs, outputs }: Metafile): void {
    if (Object.keys(inputs).some((path) => this.#hasChangedSince(path, this.#begunMs))) return;
    const read = Object.entries(inputs).map(([path, { imports }]) => [
      path,
      {
        digest: this.#digestOf(path),
        imports: imports.filter(({ external }) => !external).map((imported) => imported.path),
      },
    ]);
    const importsOf = (path: string) =>
      (outputs[path]?.imports ?? []).filter(({ external }) => !external).map((imported) => imported.path);
    const built = Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[entryPoint, this.#digestsOf(reachable(path, importsOf))] as const],
    );
    this.#write({
      ...this.#recorded,
      inputs: { ...this.#recorded.inputs, ...Object.fromEntries(read) },
      bundles: { ...this.#recorded.bundles, ...Object.fromEntries(built) },
    });
  }

  /** Removes what no bundle consists of any more. Nothing may run that was built before. */
  prune(folder: string): void {
    mkdirSync(folder, { recursive: true });
    const kept = new Set(
      Object.values(this.#recorded.bundles).flatMap((bundle) =>
        Object.keys(bundle).map((path) => join(this.#root, path)),
      ),
    );
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && !kept.has(path)) rmSync(path);
    }
  }

  #write(recorded: Recorded): void {
    this.#recorded = recorded;
    writeAtomically(this.#file, JSON.stringify(recorded));
  }

  #digestsOf(paths: ReadonlySet<string>): Digests {
    return Object.fromEntries([...paths].map((path) => [path, this.#digestOf(path)]));
  }

  /** None of what a plugin of the build makes up, and of what is not there. */
  #digestOf(path: string): string | undefined {
    return digestOf(join(this.#root, path));
  }

  #hasChangedSince(path: string, milliseconds: number): boolean {
    const status = statSync(join(this.#root, path), { throwIfNoEntry: false });
    return status !== undefined && status.ctimeMs >= milliseconds;
  }
}

/** Of the files' content, and of the value as JSON. A file that is not there has its part in it too. */
export function digestOfSettings(files: readonly string[], value: unknown): string {
  return hash('sha256', JSON.stringify([value, files.map((file) => [file, digestOf(file)])]));
}

function digestOf(file: string): string | undefined {
  try {
    return hash('sha256', readFileSync(file), 'base64');
  } catch {
    return undefined;
  }
}

function readRecord(file: string): Recorded | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  } catch {
    return undefined;
  }
}

function reachable(from: string, importsOf: (path: string) => readonly string[]): Set<string> {
  const found = new Set([from]);
  for (const path of found) for (const next of importsOf(path)) found.add(next);
  return found;
}
