import { NotFound, ShopError } from '../../../../shared/errors.ts';

/** What is taken as an upload, with the ending that its file has. */
export const ENDINGS = { 'text/csv': '.csv', 'application/x-ndjson': '.ndjson' } as const;
export type MediaType = keyof typeof ENDINGS;

/** In bytes, as it is uploaded. */
export const MAX_UPLOAD_BYTES = 1_024 ** 3;

/** How the text of a file is to be read. */
export interface FileFormat {
  readonly mediaType: MediaType;
  readonly isGzip: boolean;
}

/** One version of an object under `uploads/`; each is imported by itself. */
export interface UploadedFile {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  /** In bytes. */
  readonly size: number;
  /** When it was put. */
  readonly at: Date;
}

/** The newest file that was put under the key of an upload. */
export interface ReceivedFile {
  readonly versionId: string;
  readonly size: number;
  /** S3's entity tag. */
  readonly checksum: string;
  /** Of two files under one key the later one has the greater sequencer, by hexadecimal value. */
  readonly sequencer: string;
  /** ISO 8601 in UTC. */
  readonly receivedAt: string;
}

/** What is known of an upload before it is imported. One that was put without being announced has no owner. */
export interface Manifest {
  readonly id: string;
  readonly key: string;
  readonly owner?: string;
  readonly createdAt?: string;
  readonly received?: ReceivedFile;
}

export interface Manifests {
  create(manifest: Manifest): Promise<void>;
  find(id: string): Promise<Manifest | undefined>;
  /** Notes the file unless a later one under the same key is noted. */
  receive(id: string, key: string, file: ReceivedFile): Promise<void>;
}

const FOLDER = 'uploads/';

/** Longer names leave no room for that of the report: a key has at most 1,024 bytes. */
const MAX_NAME_BYTES = 1_000;

/** The key of an announced upload. */
export const keyOf = (id: string, { mediaType, isGzip }: FileFormat): string =>
  `${FOLDER}${id}${ENDINGS[mediaType]}${isGzip ? '.gz' : ''}`;

/** The id of an announced upload, a ULID, or else the name of the file below `uploads/`. */
export function uploadIdOf(key: string): string {
  const name = key.slice(FOLDER.length);
  return /^([0-9A-HJKMNP-TV-Z]{26})\.(?:csv|ndjson)(?:\.gz)?$/.exec(name)?.[1] ?? name;
}

/** Tools make such objects to show a folder. */
export const isFolder = (key: string): boolean => key.endsWith('/');

/** How the file is to be read, by its name. @throws UploadRefused for one that is not imported at all */
export function formatOf({ key, size }: UploadedFile): FileFormat {
  const [, ending, gz] = /(\.csv|\.ndjson)(\.gz)?$/.exec(key) ?? [];
  if (!ending) throw new UploadRefused('The name must end in .csv, .ndjson, .csv.gz or .ndjson.gz.');
  if (new TextEncoder().encode(key).length > MAX_NAME_BYTES) throw new UploadRefused('The name is too long.');
  if (size > MAX_UPLOAD_BYTES) throw new UploadRefused('The file is larger than 1 GB.');
  return { mediaType: ending === '.csv' ? 'text/csv' : 'application/x-ndjson', isGzip: gz !== undefined };
}

/** The file as a whole is none that can be imported; its message says why. */
export class UploadRefused extends ShopError {
  override readonly code = 'UPLOAD_REFUSED';
}

export class UploadNotFound extends NotFound {
  constructor(id: string) {
    super(`There is no upload ${id}.`);
  }
}
