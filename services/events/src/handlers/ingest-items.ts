import { setTimeout as pause } from 'node:timers/promises';
import { digest } from '../../../../shared/digest.ts';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { logger } from '../../../../shared/logger.ts';
import { queueHandler } from '../../../../shared/middleware/queue.ts';
import { importedItems } from '../adapters/imported-items.ts';
import { type IngestDependencies, ingestItems } from '../domain/ingest-items.ts';
import type { ItemRow } from '../domain/item-row.ts';
import { chunkMessage } from './import-schemas.ts';

interface ChunkMessage {
  readonly uploadId: string;
  readonly chunk: string;
  readonly rows: readonly ItemRow[];
}

export const respondWith =
  (dependencies: IngestDependencies) =>
  async ({ uploadId, chunk, rows }: ChunkMessage): Promise<void> => {
    const written = await ingestItems(dependencies, rows);
    logger.debug('A chunk is in the catalogue.', { uploadId, chunk, rows: rows.length, written });
  };

const { ITEMS_TABLE } = readEnv(['ITEMS_TABLE']);

export const handler = queueHandler(
  chunkMessage,
  respondWith({ items: importedItems(documents, ITEMS_TABLE), digest, now: () => new Date(), pause }),
);
