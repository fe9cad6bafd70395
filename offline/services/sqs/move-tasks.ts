import { AwsError } from '../../aws/error.ts';
import type { Queue, Queues } from './queue.ts';
import { redrivePolicyOf } from './redrive-policy.ts';

type Input = Readonly<Record<string, unknown>>;
type Run = (input: Input) => object;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS move_tasks (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, destination TEXT, status TEXT NOT NULL, failure TEXT,
    moved INTEGER NOT NULL, total INTEGER NOT NULL, started_at INTEGER NOT NULL
  )`;

/** APIReference/API_ListMessageMoveTasks.html */
const LISTED = 10;
const PAGE = 1_000;

/**
 * Dead letters go back to where they came from, or elsewhere, as new messages. A task is done when it is started, in
 * one transaction, so that there is none to cancel.
 */
export function moveTasks<Operation>(queues: Queues, atomically: (run: Run) => Operation) {
  const { db } = queues.tables;
  db.exec(SCHEMA);
  return {
    StartMessageMoveTask: atomically((input) => {
      if (input.MaxNumberOfMessagesPerSecond !== undefined) {
        const message = 'The local cloud does not emulate MaxNumberOfMessagesPerSecond.';
        throw new AwsError('UnsupportedOperation', message);
      }
      const source = sourceOf(queues, input);
      const destination =
        input.DestinationArn === undefined ? undefined : known(queues, input.DestinationArn);
      if (destination === source || (destination && destination.isFifo() !== source.isFifo())) {
        throw new AwsError('UnsupportedOperation', 'The destination must be another queue of the same type.');
      }
      const total = source.counts().visible;
      const { moved, failure } = move(queues, source, destination?.arn);
      const { lastInsertRowid } = db
        .prepare('INSERT INTO move_tasks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          ...[source.arn, destination?.arn ?? null, failure ? 'FAILED' : 'COMPLETED', failure ?? null],
          ...[moved, total, queues.now()],
        );
      db.prepare(
        `DELETE FROM move_tasks WHERE source = :source AND id <=
          (SELECT id FROM move_tasks WHERE source = :source ORDER BY id DESC LIMIT 1 OFFSET :kept)`,
      ).run({ source: source.arn, kept: LISTED });
      return { TaskHandle: Buffer.from(`${lastInsertRowid} ${source.arn}`).toString('base64') };
    }),
    ListMessageMoveTasks: atomically((input) => {
      const limit = Number(input.MaxResults ?? 1);
      const rows = db
        .prepare('SELECT * FROM move_tasks WHERE source = ? ORDER BY id DESC LIMIT ?')
        .all(sourceOf(queues, input).arn, Math.min(limit, LISTED));
      return {
        Results: rows.map((row) => ({
          Status: row.status,
          SourceArn: row.source,
          DestinationArn: row.destination ?? undefined,
          ApproximateNumberOfMessagesMoved: row.moved,
          ApproximateNumberOfMessagesToMove: row.total,
          FailureReason: row.failure ?? undefined,
          StartedTimestamp: row.started_at,
        })),
      };
    }),
  };
}

/** Only a dead-letter queue is one. */
function sourceOf(queues: Queues, { SourceArn }: Input): Queue {
  const queue = known(queues, SourceArn);
  const isDeadLetterQueue = queues
    .all()
    .some((one) => redrivePolicyOf(one)?.deadLetterTargetArn === queue.arn);
  if (isDeadLetterQueue) return queue;
  throw new AwsError('UnsupportedOperation', 'Source queue must be configured as a dead-letter queue.');
}

function known(queues: Queues, arn: unknown): Queue {
  const queue = queues.getQueueByArn(String(arn));
  if (queue) return queue;
  throw new AwsError('ResourceNotFoundException', "The resource that you specified doesn't exist.", 404);
}

function move(queues: Queues, source: Queue, destinationArn: string | undefined) {
  let moved = 0;
  for (let page = source.peek(PAGE); page.length > 0; page = source.peek(PAGE)) {
    for (const message of page) {
      const queue = queues.getQueueByArn(destinationArn ?? message.dead_letter_source ?? '');
      if (!queue || queue === source) return { moved, failure: 'CouldNotDetermineMessageSource' };
      queue.redrive(message);
      moved += 1;
    }
  }
  return { moved };
}
