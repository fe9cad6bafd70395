import type { ImportProgress, Imports } from './import.ts';
import { type Manifest, type Manifests, UploadNotFound } from './upload.ts';

/** An upload as its owner sees it. `report` is a link, for some minutes. Times are ISO 8601 in UTC. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly state: 'WAITING' | 'RECEIVED' | ImportProgress['state'];
  readonly createdAt?: string;
  readonly receivedAt?: string;
  readonly finishedAt?: string;
  readonly versionId?: string;
  readonly size?: number;
  readonly checksum?: string;
  readonly rowsAccepted?: number;
  readonly rowsRefused?: number;
  readonly reason?: string;
  readonly report?: string;
}

export interface ShowUploadDependencies {
  readonly manifests: Pick<Manifests, 'find'>;
  readonly imports: Pick<Imports, 'find'>;
  readonly linkToReport: (uploadId: string, versionId: string, seconds: number) => Promise<string>;
}

const LINK_SECONDS = 15 * 60;

/**
 * The upload with the import of its newest file, for its owner; for everyone when it has none.
 *
 * @throws UploadNotFound
 */
export async function showUpload(
  { manifests, imports, linkToReport }: ShowUploadDependencies,
  id: string,
  caller: string,
): Promise<Upload> {
  const manifest = await manifests.find(id);
  if (!manifest || (manifest.owner !== undefined && manifest.owner !== caller)) throw new UploadNotFound(id);
  const { received } = manifest;
  if (!received) return { ...announced(manifest), state: 'WAITING' };
  const { versionId, size, checksum, receivedAt } = received;
  const seen = { ...announced(manifest), receivedAt, versionId, size, checksum };
  const progress = await imports.find({ uploadId: id, versionId });
  if (!progress) return { ...seen, state: 'RECEIVED' };
  const { state, accepted, refused, reason, finishedAt, reportVersionId } = progress;
  return {
    ...seen,
    state,
    rowsAccepted: accepted,
    rowsRefused: refused,
    ...(finishedAt !== undefined && { finishedAt }),
    ...(reason !== undefined && { reason }),
    ...(reportVersionId !== undefined && { report: await linkToReport(id, reportVersionId, LINK_SECONDS) }),
  };
}

const announced = ({ id, key, createdAt }: Manifest) => ({
  id,
  key,
  ...(createdAt !== undefined && { createdAt }),
});
