import { z } from 'zod';
import { boolean, declared, irrelevant, number } from '../declaration.ts';
import { LocalCloudError, messageOf } from '../errors.ts';
import { compilePattern } from '../services/event-bridge/pattern.ts';
import type { DeclaredResource } from '../services/service.ts';
import type { QueueMapping } from './queue/index.ts';
import type { StreamMapping } from './stream/index.ts';

const common = {
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  Enabled: boolean.default(true),
  MaximumBatchingWindowInSeconds: number.pipe(z.int().min(0).max(300)).default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })).default([]) })
    .default({ Filters: [] }),
  Tags: irrelevant,
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
const queueSchema = z.strictObject({
  ...common,
  BatchSize: number.pipe(z.int().min(1).max(10_000)).default(10),
  ScalingConfig: z
    .strictObject({ MaximumConcurrency: number.pipe(z.int().min(2).max(1_000)).optional() })
    .default({}),
});

const streamSchema = z.strictObject({
  ...common,
  BatchSize: number.pipe(z.int().min(1).max(10_000)).default(100),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']),
  BisectBatchOnFunctionError: boolean.default(false),
  MaximumRetryAttempts: number.pipe(z.int().min(-1).max(10_000)).default(-1),
  MaximumRecordAgeInSeconds: number.pipe(z.union([z.literal(-1), z.int().min(60).max(604_800)])).default(-1),
  DestinationConfig: z
    .strictObject({
      OnFailure: z.strictObject({
        Destination: z
          .string()
          .regex(/^arn:[\w-]+:(sqs|sns):/, 'only a queue or a topic is supported locally'),
      }),
    })
    .optional(),
  // More than one batch of a shard at a time would change what is in order with what.
  ParallelizationFactor: number.pipe(z.literal(1)).default(1),
});

/** Pollers of a queue that declares no maximum; AWS begins with five. */
const DEFAULT_CONCURRENCY = 5;

export type Mapping =
  | ({ readonly kind: 'queue' } & QueueMapping)
  | ({ readonly kind: 'stream' } & StreamMapping);

/**
 * Reads an `AWS::Lambda::EventSourceMapping`; nothing when it is disabled.
 *
 * @throws LocalCloudError that names a property or a kind of source that is not supported
 */
export function mappingOf(
  { logicalId, properties }: DeclaredResource,
  functionArn: (nameOrArn: string) => string,
): Mapping | undefined {
  const arn = String(properties.EventSourceArn);
  const service = arn.split(':')[2];
  if (service !== 'sqs' && service !== 'dynamodb') {
    throw new LocalCloudError(`${logicalId}: the local cloud does not support ${arn} as an event source.`);
  }
  if (service === 'sqs') {
    const mapping = declared(logicalId, queueSchema, properties);
    const windowMs = mapping.MaximumBatchingWindowInSeconds * 1_000;
    if (mapping.BatchSize > 10 && windowMs === 0) {
      throw new LocalCloudError(
        `${logicalId}: a batch size above 10 needs a batching window of at least 1 s.`,
      );
    }
    if (mapping.BatchSize > 10 && arn.endsWith('.fifo')) {
      throw new LocalCloudError(`${logicalId}: the batch size of a FIFO queue is 10 at most.`);
    }
    if (!mapping.Enabled) return undefined;
    return {
      kind: 'queue',
      function: mapping.FunctionName,
      queueArn: arn,
      batchSize: mapping.BatchSize,
      windowMs,
      reportsFailures: mapping.FunctionResponseTypes.length > 0,
      maximumConcurrency: mapping.ScalingConfig.MaximumConcurrency ?? DEFAULT_CONCURRENCY,
      isWanted: wanted(logicalId, mapping.FilterCriteria.Filters),
    };
  }
  const mapping = declared(logicalId, streamSchema, properties);
  if (!mapping.Enabled) return undefined;
  return {
    kind: 'stream',
    function: mapping.FunctionName,
    functionArn: functionArn(mapping.FunctionName),
    streamArn: arn,
    startingPosition: mapping.StartingPosition,
    batchSize: mapping.BatchSize,
    windowMs: mapping.MaximumBatchingWindowInSeconds * 1_000,
    bisects: mapping.BisectBatchOnFunctionError,
    maximumRetryAttempts: mapping.MaximumRetryAttempts,
    maximumRecordAgeSeconds: mapping.MaximumRecordAgeInSeconds,
    onFailureArn: mapping.DestinationConfig?.OnFailure.Destination,
    reportsFailures: mapping.FunctionResponseTypes.length > 0,
    isWanted: wanted(logicalId, mapping.FilterCriteria.Filters),
  };
}

/** A record is wanted when any of the filters matches, or there are none. */
function wanted(owner: string, filters: readonly { Pattern: string }[]): (record: object) => boolean {
  if (filters.length === 0) return () => true;
  try {
    const matches = filters.map(({ Pattern }) => compilePattern(JSON.parse(Pattern)));
    return (record) => matches.some((match) => match(record));
  } catch (error) {
    throw new LocalCloudError(`${owner}: a filter pattern is not valid: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
