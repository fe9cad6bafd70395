import { describe, expect, it } from '@jest/globals';
import { memoryObjects, memoryPositions, memoryUploads } from '../../test/memory-stores.ts';
import { expiredUploads, type Import, type Manifest, type UploadRow } from './expired-uploads.ts';
import { type Task, walkedKind } from './walk.ts';

const CUT_OFF = '2026-11-22T03:00:00Z';

const manifest = (more: Partial<Manifest>): Manifest => ({
  ...{ record: 'manifest', uploadId: 'a', key: 'uploads/a.csv', isReceived: true },
  expiresAt: new Date('2026-12-20T00:00:00Z'),
  ...more,
});
const importOf = (more: Partial<Import>): Import => ({
  ...{ record: 'import', uploadId: 'a', versionId: 'v1', hasParts: true },
  expiresAt: new Date('2026-12-20T00:00:00Z'),
  ...more,
});
const version = (key: string, lastModified: string, versionId = 'v1') => ({
  ...{ key, versionId },
  lastModified: new Date(lastModified),
});

async function cleaned(
  rows: UploadRow[],
  versions: ReturnType<typeof version>[] = [],
  { dryRun = false }: { dryRun?: boolean } = {},
) {
  const [table, bucket] = [memoryUploads(rows), memoryObjects(versions)];
  const kind = walkedKind(expiredUploads(table, bucket), memoryPositions());
  const task: Task = {
    ...{ cutOff: new Date(CUT_OFF), dryRun, remainingTimeMs: () => 60_000 },
    onFailure: (_, error) => {
      throw error;
    },
  };
  const tally = await kind.clean(task);
  return { cleaned: tally.cleaned, rows: table.deleted.map(({ record }) => record), objects: bucket.deleted };
}

const EXPIRED = { expiresAt: new Date('2026-11-22T02:59:59Z') };

describe('an upload that has expired', () => {
  it('goes with all versions of its file and its report', async () => {
    const versions = [
      version('uploads/a.csv', '2026-10-18T00:00:00Z', 'v2'),
      version('uploads/a.csv', '2026-10-17T00:00:00Z'),
      version('uploads/a.csv.gz', '2026-10-17T00:00:00Z'),
      version('reports/a.json', '2026-10-18T00:00:00Z'),
    ];
    expect(await cleaned([manifest(EXPIRED)], versions)).toEqual({
      cleaned: 1,
      rows: ['manifest'],
      objects: ['uploads/a.csv v2', 'uploads/a.csv v1', 'reports/a.json v1'],
    });
  });

  it.each([
    ['file', 'uploads/a.csv'],
    ['report', 'reports/a.json'],
  ])('stays when the bucket has a %s that is not a month old', async (_, key) => {
    const { rows, objects } = await cleaned([manifest(EXPIRED)], [version(key, '2026-10-23T03:00:00Z')]);
    expect([rows, objects]).toEqual([[], []]);
  });

  it('is only counted in a dry run', async () => {
    const versions = [version('uploads/a.csv', '2026-10-17T00:00:00Z')];
    expect(await cleaned([manifest(EXPIRED)], versions, { dryRun: true })).toEqual({
      ...{ cleaned: 1, rows: [], objects: [] },
    });
  });
});

it('an upload that has not expired stays, however old its file is', async () => {
  const versions = [version('uploads/a.csv', '2020-01-01T00:00:00Z')];
  const row = manifest({ expiresAt: new Date(CUT_OFF) });
  expect(await cleaned([row], versions)).toEqual({ cleaned: 0, rows: [], objects: [] });
});

describe('an upload that was announced and never put', () => {
  const announced = (createdAt: string) => manifest({ isReceived: false, createdAt: new Date(createdAt) });

  it.each([
    ['goes after two days', '2026-11-20T02:59:59Z', ['manifest']],
    ['stays before that', '2026-11-20T03:00:00Z', []],
  ])('%s', async (_, createdAt, rows) => {
    expect(await cleaned([announced(createdAt)])).toMatchObject({ rows });
  });

  it('stays when its file is there and nobody has told of it', async () => {
    const versions = [version('uploads/a.csv', '2026-10-01T00:00:00Z')];
    const { rows, objects } = await cleaned([announced('2026-10-01T00:00:00Z')], versions);
    expect([rows, objects]).toEqual([[], []]);
  });
});

describe('an import', () => {
  const parts = (lastModified: string) => [
    version('parts/v1/0', lastModified),
    version('parts/v1/1', lastModified),
    version('parts/v1/2', lastModified),
    version('parts/v10/0', lastModified),
  ];
  const DELETED = ['parts/v1/0 v1', 'parts/v1/1 v1', 'parts/v1/2 v1'];

  it('loses its parts a day after it is finished', async () => {
    const row = importOf({ finishedAt: new Date('2026-11-21T02:59:59Z') });
    expect(await cleaned([row], parts('2026-11-20T00:00:00Z'))).toEqual({
      ...{ cleaned: 1, rows: [], objects: DELETED },
    });
  });

  it.each([
    ['was finished less than a day ago', { finishedAt: new Date('2026-11-21T03:00:00Z') }],
    ['is not finished', {}],
  ])('keeps its parts when it %s', async (_, more) => {
    expect(await cleaned([importOf(more)], parts('2026-11-01T00:00:00Z'))).toMatchObject({ objects: [] });
  });

  it('is nothing to clean when it has no parts left', async () => {
    const row = importOf({ finishedAt: new Date('2026-11-01T00:00:00Z') });
    expect(await cleaned([row])).toEqual({ cleaned: 0, rows: [], objects: [] });
  });

  it('goes with its parts when it has expired', async () => {
    expect(await cleaned([importOf(EXPIRED)], parts('2026-10-17T00:00:00Z'))).toEqual({
      ...{ cleaned: 1, rows: ['import'], objects: DELETED },
    });
  });

  it('stays when one of its parts is not a month old', async () => {
    expect(await cleaned([importOf(EXPIRED)], parts('2026-10-23T03:00:00Z'))).toEqual({
      ...{ cleaned: 0, rows: [], objects: [] },
    });
  });
});
