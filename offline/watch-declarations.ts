import { execFile } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { LocalCloudError } from './errors.ts';
import type { DeclaredApplication } from './read-application.ts';

const SETTLED_AFTER_MS = 200;

/** Calls back when a YAML file of the application or of one of its services has changed. */
export function watchDeclarations(serviceDir: string, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (_: string, file: string | null) => {
    if (!file || !/\.ya?ml$/.test(file)) return;
    clearTimeout(timer);
    // An editor may write a file in several steps.
    timer = setTimeout(onChange, SETTLED_AFTER_MS).unref();
  };
  const services = join(serviceDir, 'services');
  const watchers = [
    watch(serviceDir, { persistent: false }, changed),
    ...(existsSync(services) ? [watch(services, { persistent: false, recursive: true }, changed)] : []),
  ];
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

/** Reads the declaration in a process of its own: modules that the framework has loaded here are not read again. */
export async function readAgain(serviceDir: string, stage: string): Promise<DeclaredApplication> {
  const module = pathToFileURL(join(import.meta.dirname, 'read-application.ts')).href;
  const script = `
    const { readApplication } = await import(process.argv[1]);
    try {
      console.log(JSON.stringify({ application: await readApplication(process.argv[2], process.argv[3]) }));
    } catch (error) {
      console.log(JSON.stringify({ problem: error.message }));
    }`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script, module, serviceDir, stage],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const answer = JSON.parse(stdout) as { application?: DeclaredApplication; problem?: string };
  if (!answer.application) throw new LocalCloudError(answer.problem ?? 'It cannot be read.');
  return answer.application;
}
