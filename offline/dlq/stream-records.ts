import {
  type _Record as ApiRecord,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { LocalCloudError } from '../errors.ts';
import type { StreamBatch } from './dead-letter.ts';

export type FunctionRecord = ReturnType<typeof functionRecord>;

/** A page may be empty although the stream goes on. */
const MOST_EMPTY_PAGES = 100;

const GONE =
  'The stream keeps changes for a day and no longer has these: look into its table for what holds now.';

/**
 * The records of the stream from the first to the last of a batch, as Lambda hands them to a function.
 *
 * @throws LocalCloudError when the stream does not hold them any more
 */
export async function* recordsOf(
  streams: DynamoDBStreamsClient,
  batch: StreamBatch,
): AsyncGenerator<FunctionRecord> {
  const { streamArn, shardId, startSequenceNumber, endSequenceNumber } = batch;
  const end = BigInt(endSequenceNumber);
  const { ShardIterator } = await streams
    .send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: shardId,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        SequenceNumber: startSequenceNumber,
      }),
    )
    .catch(goneOrAs);
  let emptyPages = 0;
  for (let iterator = ShardIterator; iterator && emptyPages < MOST_EMPTY_PAGES; ) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator: iterator })).catch(goneOrAs);
    const { Records = [] } = page;
    emptyPages = Records.length > 0 ? 0 : emptyPages + 1;
    for (const record of Records) {
      const at = BigInt(record.dynamodb?.SequenceNumber ?? 0);
      if (at <= end) yield functionRecord(record, streamArn);
      if (at >= end) return;
    }
    iterator = page.NextShardIterator;
  }
  throw new LocalCloudError(GONE);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html#API_streams_GetShardIterator_Errors */
function goneOrAs(error: Error): never {
  const isGone = ['TrimmedDataAccessException', 'ResourceNotFoundException'].includes(error.name);
  throw isGone ? new LocalCloudError(GONE, { cause: error }) : error;
}

/**
 * Events have times in seconds, bytes in base64 and the identity in small letters.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
function functionRecord({ userIdentity, dynamodb, ...record }: ApiRecord, eventSourceARN: string) {
  const { ApproximateCreationDateTime: createdAt, ...change } = dynamodb ?? {};
  return {
    ...record,
    ...(userIdentity && {
      userIdentity: { principalId: userIdentity.PrincipalId, type: userIdentity.Type },
    }),
    eventSourceARN,
    dynamodb: {
      ...change,
      Keys: asEvent(change.Keys),
      OldImage: asEvent(change.OldImage),
      NewImage: asEvent(change.NewImage),
      ...(createdAt && { ApproximateCreationDateTime: Math.floor(createdAt.getTime() / 1_000) }),
    },
  };
}

function asEvent(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(asEvent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asEvent(inner)]));
}
