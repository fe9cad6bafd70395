import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalCloudError } from './errors.ts';
import { writeAtomically } from './files.ts';

/** Where the parts of the running local cloud are; null for a part that does not run. */
export interface Endpoints {
  readonly http: string | null;
  readonly aws: string;
  readonly websocket: string | null;
  readonly reports: string | null;
  readonly issuer: string;
  /** Where the Postgres of the application is, with user and password. */
  readonly database: string | null;
  readonly docs: string | null;
  /** The page that shows what happens here. */
  readonly console: string | null;
  /** CloudFormation logical id → physical id. */
  readonly resources: Readonly<Record<string, string>>;
}

/** Where endpoints.json is; tests keep theirs apart by LOCAL_CLOUD_STATE. */
export function stateFolder(applicationFolder: string): string {
  return resolve(process.env.LOCAL_CLOUD_STATE ?? join(applicationFolder, '.offline'));
}

const fileIn = (folder: string) => join(folder, 'endpoints.json');

export function writeEndpoints(folder: string, endpoints: Endpoints): void {
  writeAtomically(fileIn(folder), `${JSON.stringify(endpoints, null, 2)}\n`, 0o600);
}

/** Removes the file when it speaks of the cloud at this AWS endpoint, and not of another that was started since. */
export function removeEndpoints(folder: string, aws: string): void {
  const file = fileIn(folder);
  if (!existsSync(file)) return;
  const { aws: written } = JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  if (written === aws) rmSync(file, { force: true });
}

const NOT_RUNNING = 'The local cloud is not running. Start it with npm start.';

/** @throws LocalCloudError when no local cloud answers where the file says; one that was killed leaves the file */
export async function runningEndpoints(folder: string): Promise<Endpoints> {
  try {
    const endpoints = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Endpoints;
    await fetch(endpoints.aws, { signal: AbortSignal.timeout(2_000) });
    return endpoints;
  } catch (error) {
    throw new LocalCloudError(NOT_RUNNING, { cause: error });
  }
}
