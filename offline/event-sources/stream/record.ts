import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';

/** A record as GetRecords of DynamoDB Streams answers it. */
export interface ShardRecord {
  readonly eventID: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    /** In seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
    readonly OldImage?: object;
    readonly NewImage?: object;
  };
}

/** The record of a DynamoDB event. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export function recordOf(record: ShardRecord, streamArn: string) {
  // dynoxide counts events by table; on AWS an id is unique everywhere.
  const eventID = createHash('md5').update(`${streamArn} ${record.eventID}`).digest('hex');
  return { ...record, eventID, eventSourceARN: streamArn };
}

export type StreamRecord = ReturnType<typeof recordOf>;

export const sequenceNumberOf = ({ dynamodb }: ShardRecord): string => dynamodb.SequenceNumber;

/**
 * Whether it tells of a write that changed nothing. dynoxide makes a record of it, AWS does not:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
export const isUnchanged = ({ dynamodb: { OldImage, NewImage } }: ShardRecord): boolean =>
  OldImage !== undefined && isDeepStrictEqual(OldImage, NewImage);
