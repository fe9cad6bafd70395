import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { Outcome } from '../../lambda/instance.ts';
import { type EventSource, reportedFailures, type Surroundings, withinLimit } from '../event-source.ts';
import { WakeUp } from '../wake-up.ts';
import { type CheckpointKey, Checkpoints } from './checkpoints.ts';
import { isUnchanged, recordOf, type ShardRecord, type StreamRecord, sequenceNumberOf } from './record.ts';

/** A table's stream whose records a function is invoked with. */
export interface StreamMapping {
  /** Name or ARN. */
  readonly function: string;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  readonly batchSize: number;
  readonly windowMs: number;
  readonly bisects: boolean;
  /** -1 means without end. */
  readonly maximumRetryAttempts: number;
  /** -1 means without end. */
  readonly maximumRecordAgeSeconds: number;
  readonly onFailureArn: string | undefined;
  readonly reportsFailures: boolean;
  readonly isWanted: (record: object) => boolean;
}

/** Between two looks at a stream that nobody said anything of. */
const IDLE_MS = 1_000;
const WINDOW_POLL_MS = 50;
/** Between two looks, so that what many writes say comes in one batch. AWS looks four times a second. */
const REST_MS = 100;
const RETRY_AFTER_MS = 50;
const LONGEST_RETRY_MS = 5_000;

/** What a batch became: how many of its first records are done with, and whether the rest has failed. */
interface Progress {
  readonly done: number;
  readonly failure: Outcome | undefined;
}

type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** A running stream source, which looks at its stream at once when it is told to. */
export interface StreamSource extends EventSource {
  look(): void;
}

/**
 * Reads a table's stream for a function, as Lambda does: in order, batch by batch, and never past a record that is
 * neither done nor given up.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 */
export async function startStreamSource(
  mapping: StreamMapping,
  surroundings: Surroundings,
): Promise<StreamSource> {
  const reader = new ShardReader(mapping, surroundings);
  await reader.open();
  void reader.read();
  return reader;
}

/** dynoxide has one shard for a stream, which never ends. */
class ShardReader implements StreamSource {
  readonly #mapping: StreamMapping;
  readonly #surroundings: Surroundings;
  readonly #checkpoints: Checkpoints;
  readonly #news = new WakeUp();
  #key: CheckpointKey = { function: '', stream: '', shard: '' };
  /** Where the latest look ended; none after one that failed, since an iterator may have expired. */
  #next: { readonly after: string | undefined; readonly iterator: string } | undefined;
  #isStopped = false;

  constructor(mapping: StreamMapping, surroundings: Surroundings) {
    this.#mapping = mapping;
    this.#surroundings = surroundings;
    this.#checkpoints = new Checkpoints(surroundings.store);
  }

  /** Fixes where to begin, so that nothing that is written from now on is missed. */
  async open(): Promise<void> {
    const { streamArn, startingPosition } = this.#mapping;
    const { StreamDescription } = await this.#call<{
      StreamDescription: {
        Shards: { ShardId: string; SequenceNumberRange: { EndingSequenceNumber?: string } }[];
      };
    }>('DescribeStream', { StreamArn: streamArn });
    const [shard] = StreamDescription.Shards;
    if (!shard) throw new Error(`The stream ${streamArn} has no shard.`);
    this.#key = { function: this.#mapping.function, stream: streamArn, shard: shard.ShardId };
    if (this.#checkpoints.read(this.#key) !== undefined) return;
    const latest = shard.SequenceNumberRange.EndingSequenceNumber ?? '0';
    this.#checkpoints.write(this.#key, startingPosition === 'LATEST' ? latest : '0');
  }

  look(): void {
    this.#news.now();
  }

  stop(): void {
    this.#isStopped = true;
    this.#news.now();
  }

  async read(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const records = await this.#collect();
        if (records.length === 0) await this.#news.sleep(IDLE_MS);
        else await this.#process(records);
        if (records.length < this.#mapping.batchSize) await delay(REST_MS);
      } catch (error) {
        if (this.#isStopped) return;
        console.error(
          `${this.#mapping.function}: cannot read ${this.#mapping.streamArn}: ${messageOf(error)}`,
        );
        await delay(IDLE_MS);
      }
    }
  }

  async #collect(): Promise<ShardRecord[]> {
    const { batchSize, windowMs } = this.#mapping;
    const { now } = this.#surroundings;
    let records = await this.#recordsAfterCheckpoint();
    const end = now() + windowMs;
    while (windowMs > 0 && records.length > 0 && records.length < batchSize && !this.#isStopped) {
      const left = end - now();
      if (left <= 0) break;
      await delay(Math.min(left, WINDOW_POLL_MS));
      records = await this.#recordsAfterCheckpoint();
    }
    return records;
  }

  async #recordsAfterCheckpoint(): Promise<ShardRecord[]> {
    const checkpoint = this.#checkpoints.read(this.#key);
    const remembered = this.#next?.after === checkpoint ? this.#next?.iterator : undefined;
    this.#next = undefined;
    const { Records, NextShardIterator: iterator } = await this.#call<{
      Records: ShardRecord[];
      NextShardIterator?: string;
    }>('GetRecords', {
      ShardIterator: remembered ?? (await this.#iteratorAfter(checkpoint)),
      Limit: Math.min(this.#mapping.batchSize, 1_000),
    });
    const last = Records.at(-1);
    if (iterator) this.#next = { after: last ? sequenceNumberOf(last) : checkpoint, iterator };
    return Records;
  }

  async #iteratorAfter(sequenceNumber: string | undefined): Promise<string> {
    const { ShardIterator } = await this.#call<{ ShardIterator: string }>('GetShardIterator', {
      StreamArn: this.#mapping.streamArn,
      ShardId: this.#key.shard,
      ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: sequenceNumber,
    });
    return ShardIterator;
  }

  async #process(shardRecords: readonly ShardRecord[]): Promise<void> {
    const records = shardRecords.map((record) => recordOf(record, this.#mapping.streamArn));
    const wanted = records.filter((record) => !isUnchanged(record) && this.#mapping.isWanted(record));
    for (const batch of withinLimit(wanted)) {
      if (this.#isStopped) return;
      await this.#bring(batch);
    }
    const last = shardRecords.at(-1);
    if (last && !this.#isStopped) this.#checkpoints.write(this.#key, sequenceNumberOf(last));
  }

  /** Works on the records until each is done or given up. */
  async #bring(batch: readonly StreamRecord[]): Promise<void> {
    let records = batch;
    for (let failures = 0; records.length > 0 && !this.#isStopped; ) {
      const fresh = records.filter((record) => !this.#isTooOld(record));
      const outdated = records.filter((record) => this.#isTooOld(record));
      if (outdated.length > 0) await this.#giveUp(outdated, 'RecordAgeExceeded', failures, undefined);
      records = fresh;
      if (records.length === 0) return;

      const { done, failure } = await this.#attempt(records);
      if (this.#isStopped) return;
      if (done > 0) {
        this.#advance(records[done - 1]);
        records = records.slice(done);
        failures = 0;
      }
      if (records.length === 0) return;
      if (this.#mapping.bisects && records.length > 1) {
        // What the function named has been cut off already; else half is tried alone. Neither counts as a retry.
        if (done > 0) continue;
        const middle = Math.ceil(records.length / 2);
        await this.#bring(records.slice(0, middle));
        await this.#bring(records.slice(middle));
        return;
      }
      failures += 1;
      const { maximumRetryAttempts } = this.#mapping;
      if (maximumRetryAttempts >= 0 && failures > maximumRetryAttempts) {
        await this.#giveUp(records, 'RetryAttemptsExhausted', failures, failure);
        return;
      }
      await delay(Math.min(RETRY_AFTER_MS * 2 ** failures, LONGEST_RETRY_MS));
    }
  }

  async #attempt(records: readonly StreamRecord[]): Promise<Progress> {
    const outcome = await this.#surroundings.functions.invoke(
      this.#mapping.function,
      { Records: records },
      this.#trigger,
    );
    if ('error' in outcome) return { done: 0, failure: outcome };
    if (!this.#mapping.reportsFailures) return { done: records.length, failure: undefined };
    const failed = reportedFailures(outcome.payload, new Set(records.map(sequenceNumberOf)));
    if (failed === 'all') return { done: 0, failure: outcome };
    // All from the first that failed come again: services-ddb-batchfailurereporting
    const first = records.findIndex((record) => failed.has(sequenceNumberOf(record)));
    return { done: first < 0 ? records.length : first, failure: outcome };
  }

  #advance(record: StreamRecord | undefined): void {
    if (record) this.#checkpoints.write(this.#key, sequenceNumberOf(record));
  }

  #isTooOld({ dynamodb }: StreamRecord): boolean {
    const { maximumRecordAgeSeconds } = this.#mapping;
    if (maximumRecordAgeSeconds < 0) return false;
    return this.#surroundings.now() / 1_000 - dynamodb.ApproximateCreationDateTime > maximumRecordAgeSeconds;
  }

  /** Says where the records are to whom it concerns, until it is heard, and goes on behind them. */
  async #giveUp(
    records: readonly StreamRecord[],
    condition: Condition,
    invokeCount: number,
    outcome: Outcome | undefined,
  ): Promise<void> {
    const { onFailureArn } = this.#mapping;
    while (onFailureArn && !this.#isStopped) {
      try {
        const message = this.#failureRecord(records, condition, invokeCount, outcome);
        await this.#surroundings.targets.deliver(onFailureArn, message, { trigger: this.#trigger });
        break;
      } catch (error) {
        console.error(
          `${this.#mapping.function}: cannot tell ${onFailureArn} of a failure: ${messageOf(error)}`,
        );
        await delay(IDLE_MS);
      }
    }
    if (!this.#isStopped) this.#advance(records.at(-1));
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html */
  #failureRecord(
    records: readonly StreamRecord[],
    condition: Condition,
    invokeCount: number,
    outcome: Outcome | undefined,
  ) {
    const [first] = records;
    const last = records.at(-1);
    const arrival = (record: StreamRecord | undefined) =>
      new Date((record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1_000).toISOString();
    return {
      requestContext: {
        requestId: randomUUID(),
        functionArn: this.#mapping.functionArn,
        condition,
        approximateInvokeCount: invokeCount,
      },
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(outcome && 'error' in outcome && { functionError: 'Unhandled' }),
      },
      version: '1.0',
      timestamp: new Date(this.#surroundings.now()).toISOString(),
      DDBStreamBatchInfo: {
        shardId: this.#key.shard,
        startSequenceNumber: first && sequenceNumberOf(first),
        endSequenceNumber: last && sequenceNumberOf(last),
        approximateArrivalOfFirstRecord: arrival(first),
        approximateArrivalOfLastRecord: arrival(last),
        batchSize: records.length,
        streamArn: this.#mapping.streamArn,
      },
    };
  }

  #call<Output>(operation: string, input: object): Promise<Output> {
    return this.#surroundings.aws.json('dynamodb', `DynamoDBStreams_20120810.${operation}`, input);
  }

  get #trigger(): string {
    return `stream ${this.#mapping.streamArn.split('/')[1] ?? ''}`;
  }
}
