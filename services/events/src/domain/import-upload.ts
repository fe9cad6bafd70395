import {
  BEGINNING,
  type Chunk,
  type ImportKey,
  type ImportProgress,
  type Imports,
  type Reports,
} from './import.ts';
import {
  type Fields,
  type ItemRow,
  type Problem,
  type Reading,
  readingBy,
  readJsonLine,
  type TextRecord,
} from './item-row.ts';
import { Section } from './section.ts';
import {
  type FileFormat,
  formatOf,
  isFolder,
  type UploadedFile,
  UploadRefused,
  uploadIdOf,
} from './upload.ts';

/** A row whose columns are as they must be, or what is wrong with them; `updatedAt` may be left out. */
export type CheckedRow =
  | { readonly row: Omit<ItemRow, 'line' | 'updatedAt'> & { readonly updatedAt?: string | undefined } }
  | { readonly problems: readonly Problem[] };

export interface ImportDependencies {
  readonly imports: Imports;
  /** The records of a file, the same each time. @throws UploadRefused where it cannot be read on, or is gone */
  readonly recordsOf: (file: UploadedFile, format: FileFormat) => AsyncIterable<TextRecord>;
  readonly check: (fields: Fields) => CheckedRow;
  /** Sends chunks; some may be sent twice. */
  readonly send: (key: ImportKey, chunks: readonly Chunk[]) => Promise<void>;
  readonly reports: Reports;
  /** Lets another run go on where this one stops. */
  readonly goOn: (file: UploadedFile) => Promise<void>;
  /** Is told at each checkpoint how far an import has come. */
  readonly onCheckpoint: (key: ImportKey, progress: ImportProgress) => void;
  readonly now: () => Date;
}

/** A section, and the report of a million rows, are done in less. */
const MARGIN_MS = 60_000;

/** How far the clock of who wrote the file may be ahead of S3's. */
const CLOCK_SKEW_MS = 5 * 60 * 1_000;

/**
 * Sends the valid rows of a file to the queue and makes a report of the others. A file that cannot be read to its end,
 * or is no table of items, is refused before any of its rows is sent.
 *
 * It can be asked for the same file any number of times, also at once, and may end at any moment: it goes on where the
 * last checkpoint was. What it does again between two checkpoints has no second effect, since chunks and parts of the
 * report depend on the rows alone and counts are written with the checkpoint. Short of time it stops at a checkpoint
 * and lets another run go on.
 *
 * Answers how far it has come; nothing for what is no file.
 *
 * @throws ImportOvertaken when another run for the same file is ahead
 */
export async function importUpload(
  dependencies: ImportDependencies,
  file: UploadedFile,
  remainingTimeMs: () => number,
): Promise<ImportProgress | undefined> {
  const { imports, reports, goOn, now } = dependencies;
  if (isFolder(file.key)) return undefined;
  const key = { uploadId: uploadIdOf(file.key), versionId: file.versionId };
  let progress = (await imports.find(key)) ?? (await beginImport(dependencies, key, file));
  if (progress.state !== 'IMPORTING') return progress;

  let section = new Section(progress.rows);
  let rows = 0;
  for await (const { record, reading } of rowsOf(dependencies, file)) {
    rows += 1;
    if (rows <= progress.rows) continue;
    addTo(section, record.line, checked(dependencies, reading(record), file.at));
    await sendChunks(section.takeChunks());
    if (!section.isFull) continue;
    await checkpoint();
    if (remainingTimeMs() < MARGIN_MS) {
      await goOn(file);
      return progress;
    }
  }
  if (section.rows > 0) await checkpoint();
  const reportVersionId = await reports.write(key, progress);
  await advanceTo({ ...progress, state: 'DONE', reportVersionId, finishedAt: now().toISOString() });
  return progress;

  async function checkpoint(): Promise<void> {
    await sendChunks(section.takeRest());
    const { refusals } = section;
    const bytes = refusals.length > 0 ? await reports.writePart(key, progress.parts, refusals) : 0;
    await advanceTo({
      ...progress,
      rows: progress.rows + section.rows,
      accepted: progress.accepted + section.rows - refusals.length,
      refused: progress.refused + refusals.length,
      parts: progress.parts + (refusals.length > 0 ? 1 : 0),
      partBytes: progress.partBytes + bytes,
    });
    dependencies.onCheckpoint(key, progress);
    section = new Section(progress.rows);
  }

  async function sendChunks(chunks: readonly Chunk[]): Promise<void> {
    if (chunks.length > 0) await dependencies.send(key, chunks);
  }

  async function advanceTo(next: ImportProgress): Promise<void> {
    await imports.advance(key, progress, next);
    progress = next;
  }
}

/** Reads the file once to its end before anything of it is sent. */
async function beginImport(
  dependencies: ImportDependencies,
  key: ImportKey,
  file: UploadedFile,
): Promise<ImportProgress> {
  const progress = await progressAfter(async () => {
    for await (const _ of rowsOf(dependencies, file));
  }, dependencies.now);
  await dependencies.imports.advance(key, undefined, progress);
  return progress;
}

async function progressAfter(read: () => Promise<void>, now: () => Date): Promise<ImportProgress> {
  try {
    await read();
    return BEGINNING;
  } catch (error) {
    if (!(error instanceof UploadRefused)) throw error;
    return { ...BEGINNING, state: 'REFUSED', reason: error.message, finishedAt: now().toISOString() };
  }
}

/** The rows of a file, each with how it is to be read. @throws UploadRefused */
async function* rowsOf(
  { recordsOf }: Pick<ImportDependencies, 'recordsOf'>,
  file: UploadedFile,
): AsyncGenerator<{ record: TextRecord; reading: Reading }> {
  const format = formatOf(file);
  let reading = format.mediaType === 'text/csv' ? undefined : readJsonLine;
  let isEmpty = true;
  for await (const record of recordsOf(file, format)) {
    isEmpty = false;
    if (reading) yield { record, reading };
    else reading = readingBy(record);
  }
  if (isEmpty) throw new UploadRefused('The file is empty.');
}

type Judged = { readonly row: Omit<ItemRow, 'line'> } | { readonly problems: readonly Problem[] };

/** A row without a time of its own has that of the upload. */
function checked(
  { check }: Pick<ImportDependencies, 'check'>,
  read: ReturnType<Reading>,
  uploadedAt: Date,
): Judged {
  if ('reason' in read) return { problems: [{ reason: read.reason }] };
  const result = check(read.fields);
  if ('problems' in result) return result;
  const { updatedAt = uploadedAt.toISOString(), ...columns } = result.row;
  return Date.parse(updatedAt) > uploadedAt.getTime() + CLOCK_SKEW_MS
    ? { problems: [{ column: 'updatedAt', reason: 'must not be later than the upload' }] }
    : { row: { ...columns, updatedAt } };
}

function addTo(section: Section, line: number, judged: Judged): void {
  if ('row' in judged) section.accept({ line, ...judged.row });
  else section.refuse(line, judged.problems);
}
