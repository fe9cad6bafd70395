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

const clusterIn = (folder: string) => join(folder, 'cluster');
/** What says that the database beside it is not made to its end, or not dropped to its end. */
const unfinishedIn = (folder: string) => join(folder, 'unfinished');

/** Opens the database in the folder. One that was not made to its end is made anew. */
export async function openCluster(folder: string): Promise<PGlite> {
  const dataDir = clusterIn(folder);
  if (existsSync(dataDir) && !existsSync(unfinishedIn(folder))) return PGlite.create({ dataDir });
  dropCluster(folder);
  const database = await PGlite.create({ dataDir, loadDataDir: await newCluster() });
  rmSync(unfinishedIn(folder));
  return database;
}

/** Leaves nothing of the database in the folder. */
export function dropCluster(folder: string): void {
  writeFileSync(unfinishedIn(folder), '');
  rmSync(clusterIn(folder), { recursive: true, force: true });
}
