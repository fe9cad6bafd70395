import { describe, expect, it } from '@jest/globals';
import { formatOf, keyOf, UploadRefused, uploadIdOf } from './upload.ts';

const ULID = '01KE6P4YM085R2G34YS8EPPB3S';
const file = (key: string, size = 10) => ({
  ...{ bucket: 'uploads', versionId: '1', at: new Date(0) },
  ...{ key, size },
});

describe('an upload', () => {
  it.each([
    ['text/csv', false, `uploads/${ULID}.csv`],
    ['application/x-ndjson', true, `uploads/${ULID}.ndjson.gz`],
  ] as const)(
    'of %s has a key by its id, from which the id and the format come back',
    (mediaType, isGzip, key) => {
      expect(keyOf(ULID, { mediaType, isGzip })).toBe(key);
      expect(uploadIdOf(key)).toBe(ULID);
      expect(formatOf(file(key))).toEqual({ mediaType, isGzip });
    },
  );

  it.each([
    ['uploads/spring.csv', 'spring.csv'],
    ['uploads/2026/new items.csv.gz', '2026/new items.csv.gz'],
    [`uploads/${ULID}.txt`, `${ULID}.txt`],
    [`uploads/2026/${ULID}.csv`, `2026/${ULID}.csv`],
  ])('that was put as %s without being announced is named %s', (key, id) => {
    expect(uploadIdOf(key)).toBe(id);
  });

  it.each([
    ['a name of another kind', file('uploads/items.xlsx'), /^The name must end in /],
    ['a name that is too long', file(`uploads/${'ü'.repeat(500)}.csv`), 'The name is too long.'],
    ['more than 1 GB', file('uploads/a.csv', 1_073_741_825), 'The file is larger than 1 GB.'],
  ])('with %s is refused', (_, refused, reason) => {
    expect(() => formatOf(refused)).toThrow(UploadRefused);
    expect(() => formatOf(refused)).toThrow(reason);
  });

  it('of just 1 GB is taken', () => {
    expect(() => formatOf(file('uploads/a.csv', 1_073_741_824))).not.toThrow();
  });
});
