import { existsSync, openAsBlob, readFileSync, renameSync, rmSync } from 'node:fs';
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

/** Opens the database in the folder, or one in memory. One that was not made to its end is made anew. */
export async function openCluster(folder: string | undefined): Promise<PGlite> {
  if (folder === undefined) return PGlite.create({ loadDataDir: await newCluster() });
  const cluster = join(folder, 'cluster');
  if (!existsSync(cluster)) {
    const draft = `${cluster}.draft`;
    rmSync(draft, { recursive: true, force: true });
    const database = await PGlite.create({ dataDir: draft, loadDataDir: await newCluster() });
    await database.close();
    renameSync(draft, cluster);
  }
  return PGlite.create({ dataDir: cluster });
}
