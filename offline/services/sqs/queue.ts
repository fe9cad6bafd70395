import type { StatementSync } from 'node:sqlite';
import { AwsError } from '../../aws/error.ts';
import { type MessageAttributes, SqsQueue, SqsStore } from '../fauxqs/library.ts';
import type { Tables } from '../fauxqs/tables.ts';
import { redrivePolicyOf } from './redrive-policy.ts';

/** `receipt` is that of the last receive; only messages of FIFO queues have a sequence number, which sorts as text. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS queue_messages (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL, trace_header TEXT,
    group_id TEXT, deduplication_id TEXT, sequence_number TEXT, dead_letter_source TEXT, sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL, receipt TEXT, receive_count INTEGER NOT NULL DEFAULT 0, first_received_at INTEGER
  );
  CREATE INDEX IF NOT EXISTS queue_messages_visible ON queue_messages (queue, visible_at);
  CREATE INDEX IF NOT EXISTS queue_messages_order ON queue_messages (queue, sequence_number, sent_at);
  CREATE INDEX IF NOT EXISTS queue_messages_age ON queue_messages (queue, sent_at);
  CREATE INDEX IF NOT EXISTS queue_messages_receipt ON queue_messages (receipt) WHERE receipt IS NOT NULL;
`;

const STATEMENTS = {
  insert: `INSERT INTO queue_messages (id, queue, body, attributes, trace_header, group_id, deduplication_id,
    sequence_number, sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  due: 'SELECT * FROM queue_messages WHERE queue = :queue AND visible_at <= :now ORDER BY visible_at LIMIT :limit',
  // A group waits while one of its messages is received and neither deleted nor visible again.
  dueInOrder: `SELECT * FROM queue_messages WHERE queue = :queue AND visible_at <= :now AND group_id NOT IN
    (SELECT group_id FROM queue_messages WHERE queue = :queue AND visible_at > :now AND receipt IS NOT NULL)
    ORDER BY sequence_number LIMIT :limit`,
  receive: `UPDATE queue_messages SET receipt = ?, visible_at = ?, receive_count = receive_count + 1,
    first_received_at = COALESCE(first_received_at, ?) WHERE id = ? RETURNING *`,
  move: `UPDATE queue_messages SET id = ?, queue = ?, dead_letter_source = ?, sent_at = ?, visible_at = ?,
    deduplication_id = ?, sequence_number = ?, receive_count = ?, receipt = NULL WHERE id = ?`,
  received: 'SELECT id, visible_at AS visibleAt FROM queue_messages WHERE receipt = ? AND queue = ?',
  show: 'UPDATE queue_messages SET visible_at = ? WHERE id = ?',
  delay: 'UPDATE queue_messages SET visible_at = sent_at + ? WHERE queue = ? AND receipt IS NULL',
  remove: 'DELETE FROM queue_messages WHERE id = ?',
  purge: 'DELETE FROM queue_messages WHERE queue = ?',
  expire: 'DELETE FROM queue_messages WHERE queue = ? AND sent_at <= ?',
  nextVisible: 'SELECT MIN(visible_at) AS at FROM queue_messages WHERE queue = ? AND visible_at > ?',
  peek: `SELECT * FROM queue_messages WHERE queue = ? AND visible_at <= ?
    ORDER BY sequence_number, sent_at, rowid LIMIT ?`,
  count: `SELECT COUNT(*) FILTER (WHERE visible_at <= :now) AS visible,
    COUNT(*) FILTER (WHERE visible_at > :now AND receipt IS NOT NULL) AS inFlight,
    COUNT(*) FILTER (WHERE visible_at > :now AND receipt IS NULL) AS delayed
    FROM queue_messages WHERE queue = :queue`,
};
type Statements = Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly delaySeconds?: number | undefined;
  readonly traceHeader?: string | undefined;
}

export interface Sent {
  readonly id: string;
  readonly sequenceNumber: string | null;
}

/** A row of the table. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** Message attributes as JSON. */
  readonly attributes: string;
  readonly trace_header: string | null;
  readonly group_id: string | null;
  readonly deduplication_id: string | null;
  readonly sequence_number: string | null;
  readonly dead_letter_source: string | null;
  readonly sent_at: number;
  readonly receipt: string | null;
  readonly receive_count: number;
  readonly first_received_at: number | null;
}

/**
 * The library's queue with its messages in the database. The library holds them in arrays, where a FIFO queue gives
 * out one of a group at a time and takes them back in the wrong order, where a message is in no queue for a moment on
 * its way to the dead-letter queue, and where nothing grows too old.
 */
export class Queue extends SqsQueue {
  readonly #queues: Queues;
  readonly #sql: Statements;
  readonly #waiting = new Set<() => void>();

  constructor(queues: Queues, ...declared: ConstructorParameters<typeof SqsQueue>) {
    super(...declared);
    this.#queues = queues;
    this.#sql = queues.statements;
    this.persistence = queues.tables.persistence;
  }

  send(message: NewMessage): Sent {
    if (!this.isFifo()) return this.#insert(message);
    const { groupId = '', deduplicationId = '' } = message;
    const scope = this.attributes.DeduplicationScope === 'messageGroup' ? `${this.arn} ${groupId}` : this.arn;
    return this.#queues.tables.once(scope, deduplicationId, this.#queues.now(), () => this.#insert(message));
  }

  #insert({ body, attributes, groupId, deduplicationId, delaySeconds, traceHeader }: NewMessage): Sent {
    const id = crypto.randomUUID();
    const sequenceNumber = this.isFifo() ? this.nextSequenceNumber() : null;
    const now = this.#queues.now();
    const visibleAt = now + (delaySeconds ?? Number(this.attributes.DelaySeconds)) * 1_000;
    this.#sql.insert.run(
      ...[id, this.name, body, JSON.stringify(attributes), traceHeader ?? null, groupId ?? null],
      ...[deduplicationId ?? null, sequenceNumber, now, visibleAt],
    );
    this.#wake();
    return { id, sequenceNumber };
  }

  /** What was received too often already goes to the dead-letter queue instead. */
  receive(limit: number, visibilitySeconds = Number(this.attributes.VisibilityTimeout)): Message[] {
    const now = this.#queues.now();
    this.#expire(now);
    const policy = redrivePolicyOf(this);
    const deadLetters = policy && this.#queues.getQueueByArn(policy.deadLetterTargetArn);
    const due = this.isFifo() ? this.#sql.dueInOrder : this.#sql.due;
    const received: Message[] = [];
    for (let isComplete = false; !isComplete; ) {
      isComplete = true;
      const messages = due.all({ queue: this.name, now, limit: limit - received.length });
      for (const message of messages as unknown as Message[]) {
        if (deadLetters && deadLetters !== this && message.receive_count >= policy.maxReceiveCount) {
          deadLetters.bury(message, this.arn);
          isComplete = false;
        } else {
          // With a timeout of zero, too, a message is once in an answer.
          const visibleAt = now + Math.max(1, visibilitySeconds * 1_000);
          const receipt = Buffer.from(`${this.name} ${crypto.randomUUID()}`).toString('base64');
          received.push(this.#sql.receive.get(receipt, visibleAt, now, message.id) as unknown as Message);
        }
      }
    }
    return received;
  }

  /** Takes a dead letter over; in one statement, so that it is never in both queues and never in none. */
  bury(message: Message, source: string): void {
    // setting-up-dead-letter-queue-retention.html: a standard queue counts from when it was sent, a FIFO queue anew.
    const sentAt = this.isFifo() ? this.#queues.now() : message.sent_at;
    this.#take(message, [message.id, this.name, source, sentAt], message.receive_count);
  }

  /** Takes a dead letter over as a new message: sqs-configure-dead-letter-queue-redrive.html. */
  redrive(message: Message): void {
    this.#take(message, [crypto.randomUUID(), this.name, null, this.#queues.now()], 0);
  }

  #take(message: Message, placed: (string | number | null)[], receiveCount: number): void {
    const isFifo = this.isFifo();
    // Two messages with the same deduplication id are both kept.
    const deduplicationId = isFifo ? message.id : message.deduplication_id;
    const sequenceNumber = isFifo ? this.nextSequenceNumber() : null;
    const now = this.#queues.now();
    this.#sql.move.run(...placed, now, deduplicationId, sequenceNumber, receiveCount, message.id);
    this.#wake();
  }

  remove(receipt: string): void {
    const message = this.#received(receipt);
    if (!message) return;
    if (this.isFifo() && message.visibleAt <= this.#queues.now()) {
      throw new AwsError('InvalidParameterValue', 'The receipt handle has expired.');
    }
    this.#sql.remove.run(message.id);
    this.#wake();
  }

  override changeVisibility(receipt: string, seconds: number): void {
    const message = this.#received(receipt);
    const now = this.#queues.now();
    if (!message || message.visibleAt <= now) {
      throw new AwsError('MessageNotInflight', 'The message is not in flight.');
    }
    this.#sql.show.run(now + seconds * 1_000, message.id);
    this.#wake();
  }

  /** A message is known by the handle of its last receive, also when it is visible again. */
  #received(receipt: string): { id: string; visibleAt: number } | undefined {
    if (!Buffer.from(receipt, 'base64').toString().startsWith(`${this.name} `)) {
      throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
    }
    return this.#sql.received.get(receipt, this.name) as { id: string; visibleAt: number } | undefined;
  }

  /** The oldest messages that could be received, or with `all` also the others. */
  peek(limit: number, all = false): Message[] {
    const now = this.#queues.now();
    this.#expire(now);
    const until = all ? Number.MAX_SAFE_INTEGER : now;
    return this.#sql.peek.all(this.name, until, limit) as unknown as Message[];
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    const now = this.#queues.now();
    this.#expire(now);
    return this.#sql.count.get({ queue: this.name, now }) as ReturnType<Queue['counts']>;
  }

  override getAttribute(name: Parameters<SqsQueue['getAttribute']>[0]): string | undefined {
    if (name === 'ApproximateNumberOfMessages') return String(this.counts().visible);
    if (name === 'ApproximateNumberOfMessagesNotVisible') return String(this.counts().inFlight);
    if (name === 'ApproximateNumberOfMessagesDelayed') return String(this.counts().delayed);
    return super.getAttribute(name);
  }

  override setAttributes(attributes: Record<string, string>): void {
    super.setAttributes(attributes);
    // APIReference/API_SetQueueAttributes.html: in a FIFO queue the delay is changed for what is in it, too.
    if (this.isFifo() && attributes.DelaySeconds) {
      this.#sql.delay.run(Number(attributes.DelaySeconds) * 1_000, this.name);
    }
    this.#wake();
  }

  override purge(): void {
    this.#sql.purge.run(this.name);
  }

  #expire(now: number): void {
    this.#sql.expire.run(this.name, now - Number(this.attributes.MessageRetentionPeriod) * 1_000);
  }

  /** Resolves when there may be more to receive, at the latest at the given time. */
  async change(until: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const now = this.#queues.now();
    const next = this.#sql.nextVisible.get(this.name, now)?.at;
    const timer = setTimeout(resolve, Math.max(1, Math.min(until, Number(next ?? until)) - now));
    const wake = () => resolve();
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake);
    await promise;
    signal.removeEventListener('abort', wake);
    this.#waiting.delete(wake);
    clearTimeout(timer);
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}

export class Queues extends SqsStore {
  readonly tables: Tables;
  readonly statements: Statements;
  readonly now: () => number;

  constructor(tables: Tables, region: string, now: () => number) {
    super();
    this.tables = tables;
    this.region = region;
    this.now = now;
    tables.db.exec(SCHEMA);
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, tables.db.prepare(sql)]);
    this.statements = Object.fromEntries(prepared) as Statements;
  }

  override createQueue(...declared: ConstructorParameters<typeof SqsQueue>): Queue {
    const queue = new Queue(this, ...declared);
    const indexes = this as unknown as Record<'queues' | 'queuesByName' | 'queuesByArn', Map<string, Queue>>;
    indexes.queues.set(queue.url, queue);
    indexes.queuesByName.set(queue.name, queue);
    indexes.queuesByArn.set(queue.arn, queue);
    // Not there yet while the library loads its tables.
    this.persistence?.insertQueue(queue);
    return queue;
  }

  override deleteQueue(url: string): boolean {
    const queue = this.getQueue(url);
    queue?.purge();
    if (queue) this.tables.forget(queue.arn);
    return super.deleteQueue(url);
  }

  /** Without an origin, which changes with the port. */
  override buildQueueUrl(name: string): string {
    return `/000000000000/${name}`;
  }

  override getQueue(url: string): Queue | undefined {
    return super.getQueue(url) as Queue | undefined;
  }

  override getQueueByArn(arn: string): Queue | undefined {
    return super.getQueueByArn(arn) as Queue | undefined;
  }

  override getQueueByName(name: string): Queue | undefined {
    return super.getQueueByName(name) as Queue | undefined;
  }

  /** In the order of their names. */
  all(): Queue[] {
    return ([...this.allQueues()] as Queue[]).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
