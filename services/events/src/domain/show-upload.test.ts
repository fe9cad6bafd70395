import { describe, expect, it } from '@jest/globals';
import { BEGINNING, type ImportProgress } from './import.ts';
import { showUpload } from './show-upload.ts';
import { type Manifest, UploadNotFound } from './upload.ts';

const ID = '01KE6P4YM085R2G34YS8EPPB3S';
const ANNOUNCED: Manifest = {
  id: ID,
  key: `uploads/${ID}.csv`,
  owner: 'alice',
  createdAt: '2026-11-22T12:00:00.000Z',
};
const RECEIVED: Manifest = {
  ...ANNOUNCED,
  received: {
    versionId: 'v2',
    size: 206,
    checksum: 'etag',
    sequencer: '0A',
    receivedAt: '2026-11-22T12:01:00.000Z',
  },
};

const show = (manifest: Manifest | undefined, progress?: ImportProgress, caller = 'alice') =>
  showUpload(
    {
      manifests: { find: async () => manifest },
      imports: { find: async ({ versionId }) => (versionId === 'v2' ? progress : undefined) },
      linkToReport: async (...args) => args.join(' '),
    },
    ID,
    caller,
  );

describe('an upload', () => {
  it('waits for its file', async () => {
    expect(await show(ANNOUNCED)).toEqual({
      id: ID,
      key: `uploads/${ID}.csv`,
      state: 'WAITING',
      createdAt: '2026-11-22T12:00:00.000Z',
    });
  });

  it('is received when its file is there', async () => {
    expect(await show(RECEIVED)).toEqual({
      id: ID,
      key: `uploads/${ID}.csv`,
      state: 'RECEIVED',
      createdAt: '2026-11-22T12:00:00.000Z',
      receivedAt: '2026-11-22T12:01:00.000Z',
      versionId: 'v2',
      size: 206,
      checksum: 'etag',
    });
  });

  it('shows how far the import of its newest file is', async () => {
    const progress = { ...BEGINNING, rows: 10_000, accepted: 9_990, refused: 10 };
    const shown = await show(RECEIVED, progress);
    expect(shown).toMatchObject({ state: 'IMPORTING', rowsAccepted: 9_990, rowsRefused: 10 });
    expect(shown).not.toHaveProperty('report');
  });

  it('has a link to its report for a quarter of an hour when it is done', async () => {
    const finishedAt = '2026-11-22T12:02:00.000Z';
    const progress = { ...BEGINNING, state: 'DONE' as const, reportVersionId: 'r1', finishedAt };
    expect(await show(RECEIVED, progress)).toMatchObject({
      state: 'DONE',
      finishedAt,
      report: `${ID} r1 900`,
    });
  });

  it('says why it was refused', async () => {
    const progress = { ...BEGINNING, state: 'REFUSED' as const, reason: 'The file is empty.' };
    expect(await show(RECEIVED, progress)).toMatchObject({ state: 'REFUSED', reason: 'The file is empty.' });
  });

  it("is not there for others than its owner, in the words of one that isn't there", async () => {
    await expect(show(RECEIVED, undefined, 'bob')).rejects.toThrow(new UploadNotFound(ID));
    await expect(show(undefined)).rejects.toThrow(new UploadNotFound(ID));
  });

  it('that nobody announced is there for everyone', async () => {
    const { owner: _, ...unowned } = RECEIVED;
    expect(await show(unowned, undefined, 'bob')).toMatchObject({ state: 'RECEIVED' });
  });
});
