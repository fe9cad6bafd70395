import { z } from 'zod';
import { declared } from '../declaration.ts';
import type { DeclaredResource } from '../services/service.ts';

const filterPatterns = z.array(z.record(z.string(), z.unknown())).optional();
const functionResponseType = z.literal('ReportBatchItemFailures').optional();

const queueEvent = z.strictObject({
  arn: z.string(),
  batchSize: z.int().optional(),
  enabled: z.boolean().optional(),
  maximumBatchingWindow: z.int().optional(),
  functionResponseType,
  filterPatterns,
  maximumConcurrency: z.int().optional(),
});

const streamEvent = z.strictObject({
  type: z.literal('dynamodb').optional(),
  arn: z.string(),
  // The framework's defaults are not CloudFormation's.
  batchSize: z.int().default(10),
  enabled: z.boolean().optional(),
  batchWindow: z.int().optional(),
  startingPosition: z.enum(['LATEST', 'TRIM_HORIZON']).default('TRIM_HORIZON'),
  bisectBatchOnFunctionError: z.boolean().optional(),
  maximumRetryAttempts: z.int().optional(),
  maximumRecordAgeInSeconds: z.int().optional(),
  parallelizationFactor: z.int().optional(),
  functionResponseType,
  filterPatterns,
  destinations: z
    .strictObject({
      onFailure: z.union([
        z.string(),
        z
          .strictObject({ arn: z.string(), type: z.enum(['sns', 'sqs']).optional() })
          .transform(({ arn }) => arn),
      ]),
    })
    .optional(),
});

/**
 * The event source mapping that the framework makes of a function's `sqs` or `stream` event, with intrinsic functions
 * resolved; nothing for other events.
 *
 * @throws LocalCloudError that names the function and a property that is not supported
 */
export function eventSourceMapping(
  functionKey: string,
  functionName: string,
  event: Readonly<Record<string, unknown>>,
  index: number,
): DeclaredResource | undefined {
  const [[kind, value] = ['', undefined]] = Object.entries(event);
  const owner = `function ${functionKey}: ${kind}`;
  const whole = typeof value === 'string' ? { arn: value } : value;
  if (kind !== 'sqs' && kind !== 'stream') return undefined;
  const properties =
    kind === 'sqs'
      ? queueProperties(declared(owner, queueEvent, whole))
      : streamProperties(declared(owner, streamEvent, whole));
  return {
    logicalId: `function ${functionKey}: event ${index + 1}`,
    type: 'AWS::Lambda::EventSourceMapping',
    properties: JSON.parse(JSON.stringify({ FunctionName: functionName, ...properties })) as object & {
      [name: string]: unknown;
    },
  };
}

const common = (event: z.output<typeof queueEvent> | z.output<typeof streamEvent>) => ({
  EventSourceArn: event.arn,
  BatchSize: event.batchSize,
  Enabled: event.enabled,
  FunctionResponseTypes: event.functionResponseType && [event.functionResponseType],
  FilterCriteria: event.filterPatterns && {
    Filters: event.filterPatterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })),
  },
});

const queueProperties = (event: z.output<typeof queueEvent>) => ({
  ...common(event),
  MaximumBatchingWindowInSeconds: event.maximumBatchingWindow,
  ScalingConfig: event.maximumConcurrency && { MaximumConcurrency: event.maximumConcurrency },
});

const streamProperties = (event: z.output<typeof streamEvent>) => ({
  ...common(event),
  MaximumBatchingWindowInSeconds: event.batchWindow,
  StartingPosition: event.startingPosition,
  BisectBatchOnFunctionError: event.bisectBatchOnFunctionError,
  MaximumRetryAttempts: event.maximumRetryAttempts,
  MaximumRecordAgeInSeconds: event.maximumRecordAgeInSeconds,
  ParallelizationFactor: event.parallelizationFactor,
  DestinationConfig: event.destinations && { OnFailure: { Destination: event.destinations.onFailure } },
});
