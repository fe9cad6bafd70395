import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { TextRecord } from '../domain/item-row.ts';
import type { FileFormat } from '../domain/upload.ts';
import { textRecords } from './text-records.ts';

const CSV: FileFormat = { mediaType: 'text/csv', isGzip: false };
const LINES: FileFormat = { mediaType: 'application/x-ndjson', isGzip: false };

/** A body that comes in pieces of so many bytes. */
function inPieces(content: string | Buffer, bytes: number): Readable {
  const buffer = Buffer.from(content as Buffer);
  const pieces = Array.from({ length: Math.ceil(buffer.length / bytes) }, (_, index) =>
    buffer.subarray(index * bytes, (index + 1) * bytes),
  );
  return Readable.from(pieces);
}

async function read(content: string | Buffer, format = CSV, bytes = 64): Promise<TextRecord[]> {
  return Readable.from(textRecords(inPieces(content, bytes), format)).toArray();
}
const shown = (records: readonly TextRecord[]) => records.map(({ line, cells }) => [line, ...cells]);

describe('a table', () => {
  const ODD = '\uFEFFa,b\r\n"1,\r\n""x""",ü\r\n\r\n3,"4\n5\n6"\n\n\n7,8\r\n"","9"';
  const RECORDS = [
    [1, 'a', 'b'],
    [2, '1,\r\n"x"', 'ü'],
    [5, '3', '4\n5\n6'],
    [10, '7', '8'],
    [11, '', '9'],
  ];

  it.each([1, 2, 3, 5, 1_000])(
    'is read with the lines that its records begin on, however it comes (%i bytes at a time)',
    async (bytes) => {
      expect(shown(await read(ODD, CSV, bytes))).toEqual(RECORDS);
    },
  );

  it('packed with gzip is read alike', async () => {
    expect(shown(await read(gzipSync(ODD), { ...CSV, isGzip: true }, 7))).toEqual(RECORDS);
  });

  it('of old Macintoshes is read alike', async () => {
    expect(shown(await read('a,b\r1,2\r'))).toEqual([
      [1, 'a', 'b'],
      [2, '1', '2'],
    ]);
  });

  it('keeps a quotation mark in the wrong place, and the rows after it', async () => {
    expect(shown(await read('1,5" nail\n2,"a"b\n3,"c"\n'))).toEqual([
      [1, '1', '5" nail'],
      [2, '2', '"a"b'],
      [3, '3', 'c'],
    ]);
  });

  it.each([
    ['ends within a quotation', 'a,b\n1,"2\n3,4\n', 'A quotation mark is not closed.'],
    [
      'has a record without end',
      `a,b\n1,"${'x,\n'.repeat(100_000)}`,
      /^A row near line \d+ is longer than 128 KB/,
    ],
    ['is Latin-1', Buffer.from('a,b\nGröße,1\n', 'latin1'), 'The file is not text in UTF-8.'],
    ['ends within a character', Buffer.from('a,ü').subarray(0, 3), 'The file is not text in UTF-8.'],
    ['is UTF-16', Buffer.from('\uFEFFa,b\n', 'utf16le'), 'The file is not text in UTF-8.'],
  ])('that %s is refused', async (_, content, reason) => {
    const error = await read(content).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UploadRefused', message: expect.stringMatching(reason) });
  });

  it.each([
    ['is not packed at all', Buffer.from('a,b\n1,2\n')],
    ['is packed and cut off', gzipSync(`a,b\n${'1,2\n'.repeat(9_000)}`).subarray(0, -20)],
    ['is packed and damaged', Buffer.concat([gzipSync('a,b\n').subarray(0, -8), Buffer.alloc(8, 7)])],
  ])('that should be packed and %s is refused', async (_, content) => {
    await expect(read(content, { ...CSV, isGzip: true })).rejects.toMatchObject({
      name: 'UploadRefused',
      message: 'The file is not valid gzip.',
    });
  });
});

describe('lines of JSON', () => {
  it('are read whole, with their numbers', async () => {
    expect(shown(await read('\uFEFF{"a":"x,\\"y\\""}\r\n\n{"b":1}', LINES, 4))).toEqual([
      [1, '{"a":"x,\\"y\\""}'],
      [3, '{"b":1}'],
    ]);
  });

  it('that are too long are refused', async () => {
    await expect(read(`{"a":"${'x'.repeat(200_000)}"}`, LINES)).rejects.toThrow(/longer than 128 KB/);
  });
});

describe('a file', () => {
  const LINE = `${'x'.repeat(99)}\n`;

  it('is read no faster than its records are asked for, and closed when nobody asks any more', async () => {
    let produced = 0;
    const body = Readable.from(
      (function* () {
        for (;;) {
          produced += 1;
          yield Buffer.from(LINE.repeat(100));
        }
      })(),
    );
    const records = textRecords(body, CSV);
    for (let asked = 0; asked < 1_000; asked += 1) await records.next();
    // A thousand records are ten pieces; a few more are in the buffers between the stages.
    expect(produced).toBeLessThan(60);
    await records.return(undefined);
    expect(body.destroyed).toBe(true);
  });

  it('whose source breaks off fails with the error of the source', async () => {
    const body = Readable.from(
      (function* () {
        yield Buffer.from(LINE);
        throw new RangeError('connection lost');
      })(),
    );
    await expect(Readable.from(textRecords(body, CSV)).toArray()).rejects.toThrow('connection lost');
  });
});
