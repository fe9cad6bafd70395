import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type BusEvent, ruleHandler } from '../../../../shared/middleware/event.ts';
import { manifestsTable } from '../adapters/manifests-table.ts';
import { isFolder, type Manifests, uploadIdOf } from '../domain/upload.ts';
import { objectCreated } from './import-schemas.ts';

interface Dependencies {
  readonly manifests: Pick<Manifests, 'receive'>;
}

interface ObjectCreated {
  readonly object: {
    readonly key: string;
    readonly size: number;
    readonly etag: string;
    readonly 'version-id': string;
    readonly sequencer: string;
  };
}

export const respondWith =
  ({ manifests }: Dependencies) =>
  async ({ object }: ObjectCreated, { time }: BusEvent): Promise<void> => {
    if (isFolder(object.key)) return;
    await manifests.receive(uploadIdOf(object.key), object.key, {
      versionId: object['version-id'],
      size: object.size,
      checksum: object.etag,
      sequencer: object.sequencer,
      receivedAt: time.toISOString(),
    });
  };

const { UPLOADS_TABLE } = readEnv(['UPLOADS_TABLE']);

export const handler = ruleHandler(
  objectCreated,
  respondWith({ manifests: manifestsTable(documents, UPLOADS_TABLE, () => new Date()) }),
);
