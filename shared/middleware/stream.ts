import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { digest } from '../digest.ts';
import { logger } from '../logger.ts';
import { type InvocationHandler, invocationHandler } from './invocation.ts';
import { inShape } from './shape.ts';

type Row = Readonly<Record<string, unknown>>;

/** A change of one row, as the stream of its table tells it. */
export interface RowChange {
  /** The same each time that the change comes. */
  readonly id: string;
  /** The name of the table. */
  readonly table: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly keys: Row;
  /** The row before; none when it is new. */
  readonly before?: Row;
  /** The row after; none when it is gone. */
  readonly after?: Row;
  readonly sequenceNumber: string;
}

const STREAM_ARN = /^arn:[\w-]+:dynamodb:[\w-]*:\d*:table\/([\w.-]+)\/stream\/\S+$/;

const image = z.record(z.string(), z.custom<AttributeValue>());
const batch = z.object({
  Records: z.array(
    z.object({
      eventSourceARN: z.string().check(z.regex(STREAM_ARN)),
      dynamodb: z.object({
        ApproximateCreationDateTime: z.number(),
        Keys: image,
        OldImage: z.optional(image),
        NewImage: z.optional(image),
        SequenceNumber: z.string().check(z.minLength(1)),
      }),
    }),
  ),
});

/**
 * Wraps a pure `respond` as a function that Lambda invokes with changes of a table, in their order. It answers the
 * first change that it is not done with, or nothing: from that one on Lambda brings all of them again, so that no
 * change of a row overtakes another. `ReportBatchItemFailures` must be set on the stream.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function streamHandler(
  respond: (changes: readonly RowChange[]) => Promise<RowChange | undefined>,
): InvocationHandler<readonly RowChange[], DynamoDBBatchResponse> {
  return invocationHandler(
    'batch of changes',
    (event) => inShape(batch, event, 'The batch of changes').Records.map(changeOf),
    async (changes) => {
      const failed = await respond(changes);
      if (!failed) return { batchItemFailures: [] };
      const { sequenceNumber } = failed;
      const left = changes.length - changes.indexOf(failed);
      logger.warn('Changes are left for another attempt.', { sequenceNumber, left });
      return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] };
    },
  );
}

function changeOf({ eventSourceARN, dynamodb }: z.output<typeof batch>['Records'][number]): RowChange {
  const { ApproximateCreationDateTime, Keys, OldImage, NewImage, SequenceNumber } = dynamodb;
  return {
    id: digest([eventSourceARN, SequenceNumber]),
    table: STREAM_ARN.exec(eventSourceARN)?.[1] ?? '',
    at: new Date(ApproximateCreationDateTime * 1_000).toISOString(),
    keys: unmarshall(Keys),
    ...(OldImage && { before: unmarshall(OldImage) }),
    ...(NewImage && { after: unmarshall(NewImage) }),
    sequenceNumber: SequenceNumber,
  };
}
