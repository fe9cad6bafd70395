import { existsSync, openAsBlob, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { writeAtomically } from '../../files.ts';

const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/local-cloud');

/** A new database. To make one takes seconds, and to unpack one a part of a second, so one is kept. */
async function newCluster(): Promise<Blob> {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const file = join(CACHE, `pglite-${version}.tar`);
  if (existsSync(file)) return openAsBlob(file);
  const database = await PGlite.create();
  const packed = await database.dumpDataDir('none');
  await database.close();
  writeAtomically(file, new Uint8Array(await packed.arrayBuffer()));
  return packed;
}

/** Opens the database in the folder. One that was not made to its end is made anew. */
export async function openCluster(folder: string): Promise<PGlite> {
  const dataDir = join(folder, 'cluster');
  const made = join(folder, 'made');
  if (existsSync(made)) return PGlite.create({ dataDir });
  rmSync(dataDir, { recursive: true, force: true });
  const database = await PGlite.create({ dataDir, loadDataDir: await newCluster() });
  writeFileSync(made, '');
  return database;
}

/** Leaves nothing of the database in the folder. */
export function dropCluster(folder: string): void {
  for (const name of ['made', 'cluster']) rmSync(join(folder, name), { recursive: true, force: true });
}
