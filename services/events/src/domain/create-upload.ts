import { type FileFormat, keyOf, type Manifests, type MediaType } from './upload.ts';

/** What the caller is about to upload; `size` in bytes. */
export interface Announcement {
  readonly contentType: MediaType;
  readonly contentEncoding?: 'gzip' | undefined;
  readonly size: number;
}

/** Where to put the file, once and until then (ISO 8601), and with which headers. */
export interface UploadLink {
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: string;
}

export interface CreateUploadDependencies {
  readonly manifests: Pick<Manifests, 'create'>;
  /** A URL to which nothing can be put but so many bytes with these headers. */
  readonly linkTo: (
    key: string,
    size: number,
    headers: Readonly<Record<string, string>>,
    seconds: number,
  ) => Promise<string>;
  readonly newId: () => string;
  readonly now: () => Date;
}

const LINK_SECONDS = 15 * 60;

/** Makes room for an upload of the owner's. */
export async function createUpload(
  { manifests, linkTo, newId, now }: CreateUploadDependencies,
  owner: string,
  { contentType, contentEncoding, size }: Announcement,
): Promise<UploadLink> {
  const id = newId();
  const format: FileFormat = { mediaType: contentType, isGzip: contentEncoding === 'gzip' };
  const key = keyOf(id, format);
  const headers = {
    'content-type': contentType,
    ...(contentEncoding && { 'content-encoding': contentEncoding }),
  };
  const at = now();
  const url = await linkTo(key, size, headers, LINK_SECONDS);
  await manifests.create({ id, key, owner, createdAt: at.toISOString() });
  const expiresAt = new Date(at.getTime() + LINK_SECONDS * 1_000).toISOString();
  return { id, url, headers, expiresAt };
}
