import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { DependencyFailed } from '../../../../shared/errors.ts';
import { translateS3Failure } from '../../../../shared/s3.ts';
import type { StoredVersion, UploadedObjects } from '../domain/expired-uploads.ts';

/**
 * The files in the bucket of services/events, with the reports of their imports. A version never changes, so that to
 * delete it by its id is safe whatever is put under its key meanwhile. Delete markers are left to the bucket's own rules.
 */
export function uploadsBucket(client: S3Client, bucket: string): UploadedObjects {
  return {
    async *versions(where) {
      const prefix = 'key' in where ? where.key : where.prefix;
      let from: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> = {};
      for (;;) {
        const page = await list(prefix, from);
        const found = (page.Versions ?? []).flatMap(({ Key, VersionId, LastModified }) =>
          Key && VersionId && LastModified
            ? [{ key: Key, versionId: VersionId, lastModified: LastModified }]
            : [],
        );
        const asked = 'key' in where ? found.filter(({ key }) => key === where.key) : found;
        if (asked.length > 0) yield asked;
        // The key itself comes before those that begin with it.
        if (!page.IsTruncated || asked.length < found.length) return;
        from = page;
      }
    },

    async delete(versions) {
      const Objects = versions.map(({ key: Key, versionId: VersionId }: StoredVersion) => ({
        Key,
        VersionId,
      }));
      const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
      const { Errors = [] } = await client.send(command).catch((error: unknown) => {
        throw translateS3Failure(error);
      });
      const [first] = Errors;
      if (first) throw new DependencyFailed(`S3 has not deleted ${Errors.length} versions: ${first.Code}.`);
    },
  };

  async function list(
    prefix: string,
    from: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'>,
  ): Promise<ListObjectVersionsCommandOutput> {
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = from;
    try {
      return await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, KeyMarker, VersionIdMarker }),
      );
    } catch (error) {
      throw translateS3Failure(error);
    }
  }
}
