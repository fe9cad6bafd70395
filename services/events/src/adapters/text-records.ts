import { pipeline, type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, type Options, parse } from 'csv-parse';
import type { TextRecord } from '../domain/item-row.ts';
import { type FileFormat, UploadRefused } from '../domain/upload.ts';

/** Of an unpacked file; a gigabyte of zeros fits into a megabyte of gzip. */
const MAX_TEXT_BYTES = 2 * 1_024 ** 3;
/** A record is in memory as a whole; the longest valid one has 60 KB. */
const MAX_RECORD_BYTES = 128 * 1_024;

const COMMON: Options = {
  bom: true,
  relax_column_count: true,
  max_record_size: MAX_RECORD_BYTES,
};
/** A quotation mark that neither opens nor closes a field is taken as it is, so that it spoils one field at most. */
const CSV: Options = { ...COMMON, record_delimiter: ['\r\n', '\n', '\r'], relax_quotes: true };
/** A line is a record of one field, since no JSON has a NUL in it. */
const LINES: Options = {
  ...COMMON,
  record_delimiter: ['\r\n', '\n'],
  delimiter: '\0',
  quote: null,
  escape: null,
};

/**
 * The records of a text in UTF-8, without empty lines, as they are asked for: nothing more is read from `body` than
 * fits into a few buffers. Whoever stops early closes `body`.
 *
 * @throws UploadRefused for a body that is not what the format says, at the place where it is not
 */
export async function* textRecords(
  body: Readable,
  { mediaType, isGzip }: FileFormat,
): AsyncGenerator<TextRecord> {
  const parser = parse(mediaType === 'text/csv' ? CSV : LINES);
  const stages = [body, ...(isGzip ? [createGunzip()] : []), checkedText(), parser];
  // Errors of every stage come out at the last one.
  pipeline(stages, () => undefined);
  let line = 1;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (cells.length > 1 || cells[0] !== '') yield { line, cells };
      line += 1 + lineBreaksIn(cells);
    }
  } catch (error) {
    throw refusalOf(error) ?? error;
  } finally {
    body.destroy();
  }
}

/** The parser's own count takes a CRLF inside a field for two. */
function lineBreaksIn(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    if (cell.includes('\n') || cell.includes('\r')) count += cell.match(/\r\n|\n|\r/g)?.length ?? 0;
  }
  return count;
}

/** Lets through what is UTF-8 and not too much. */
function checkedText(): Transform {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  const problem = (decode: () => void) => {
    try {
      decode();
      return undefined;
    } catch (cause) {
      return new UploadRefused('The file is not text in UTF-8.', { cause });
    }
  };
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > MAX_TEXT_BYTES) done(new UploadRefused('The file has more than 2 GB of text.'));
      else
        done(
          problem(() => decoder.decode(chunk, { stream: true })),
          chunk,
        );
    },
    flush(done) {
      done(problem(() => decoder.decode()));
    },
  });
}

function refusalOf(error: unknown): UploadRefused | undefined {
  if (error instanceof CsvError) {
    return new UploadRefused(
      error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'A quotation mark is not closed.'
        : `A row near line ${error.lines} is longer than 128 KB; perhaps a quotation mark is not closed.`,
      { cause: error },
    );
  }
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^Z_/.test(code)
    ? new UploadRefused('The file is not valid gzip.', { cause: error })
    : undefined;
}
