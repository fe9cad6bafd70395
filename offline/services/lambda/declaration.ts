import { z } from 'zod';
import { declared } from '../../declaration.ts';

/** How a function is treated when it is invoked asynchronously. */
export interface AsynchronousSettings {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** ARNs of where records of invocations go. */
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
  /** The ARN of a queue or topic that gets the event itself when it fails (`onError`). */
  readonly deadLetterArn?: string | undefined;
}

const target = z.union([
  z.string(),
  z
    .strictObject({ arn: z.string(), type: z.enum(['sns', 'sqs', 'eventBus', 'function']).optional() })
    .transform(({ arn }) => arn),
]);

// https://www.serverless.com/framework/docs/providers/aws/guide/functions#destinations
const settings = z.object({
  destinations: z.strictObject({ onSuccess: target.optional(), onFailure: target.optional() }).optional(),
  onError: z.string().optional(),
  // https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
  maximumRetryAttempts: z.int().min(0).max(2).default(2),
  maximumEventAge: z.int().min(60).max(21_600).default(21_600),
});

/**
 * Reads the settings from a function's declaration, whose intrinsic functions are resolved. A destination may be the
 * key of a function of the application.
 */
export function asynchronousSettings(
  functionKey: string,
  declaration: object,
  arnOfFunction: (key: string) => string | undefined,
): AsynchronousSettings {
  const { destinations, onError, maximumRetryAttempts, maximumEventAge } = declared(
    `function ${functionKey}`,
    settings,
    declaration,
  );
  const arnOf = (name: string | undefined) => name && (arnOfFunction(name) ?? name);
  return {
    maximumRetryAttempts,
    maximumEventAgeSeconds: maximumEventAge,
    onSuccess: arnOf(destinations?.onSuccess),
    onFailure: arnOf(destinations?.onFailure),
    deadLetterArn: onError,
  };
}
