import { setTimeout as delay } from 'node:timers/promises';
import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { DependencyFailed } from '../../../../shared/errors.ts';
import type { Chunk } from '../domain/import.ts';
import type { ImportDependencies } from '../domain/import-upload.ts';

/** The SQS client of a function instance. */
export const sqs = new SQSClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 5_000, throwOnRequestTimeout: true },
});

/** Of all messages of one request together. */
const MAX_BATCH_BYTES = 256 * 1_024;
const MAX_ENTRIES = 10;
const ATTEMPTS = 5;

/** The queue of rows; each message is a chunk: `{uploadId, versionId, chunk, rows}`. */
export function importQueue(
  client: Pick<SQSClient, 'send'>,
  queueUrl: string,
  pause: (milliseconds: number) => Promise<unknown> = delay,
): ImportDependencies['send'] {
  /** What the queue did not take is sent again alone. */
  async function sendAll(entries: readonly SendMessageBatchRequestEntry[]): Promise<void> {
    let left = entries;
    for (let attempt = 1; ; attempt += 1) {
      const { Failed = [] } = await client
        .send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [...left] }))
        .catch((error: unknown) => {
          throw new DependencyFailed('The import queue takes no messages.', { cause: error });
        });
      if (Failed.length === 0) return;
      const refused = Failed.find(({ SenderFault }) => SenderFault);
      if (refused || attempt === ATTEMPTS) {
        const cause = (refused ?? Failed[0])?.Code;
        throw new DependencyFailed('The import queue does not take all messages.', { cause });
      }
      const ids = new Set(Failed.map(({ Id }) => Id));
      left = left.filter(({ Id }) => ids.has(Id));
      await pause(attempt * 100);
    }
  }

  return async ({ uploadId, versionId }, chunks) => {
    for (const batch of batchesOf(chunks.map((chunk) => bodyOf(uploadId, versionId, chunk)))) {
      await sendAll(batch.map((MessageBody, index) => ({ Id: String(index), MessageBody })));
    }
  };
}

/** SQS takes no U+FFFE and no U+FFFF, which JSON does not escape by itself. */
function bodyOf(uploadId: string, versionId: string, { id, rows }: Chunk): string {
  return JSON.stringify({ uploadId, versionId, chunk: id, rows }).replace(
    /[\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}

function* batchesOf(bodies: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    if (batch.length > 0 && (batch.length === MAX_ENTRIES || bytes + size > MAX_BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(body);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
