import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { irrelevant, number } from '../../declaration.ts';
import { checkInput } from './input.ts';

const arn = z
  .string()
  .max(1_600)
  .regex(
    /^arn:aws[\w-]*:(lambda:.*:function|sqs|sns|states:.*:stateMachine|events:.*:event-bus)[:/].+$/,
    'events go to functions, queues, topics, state machines and event buses only',
  );

const retryPolicy = z.strictObject({
  MaximumRetryAttempts: number.pipe(z.int().min(0).max(185)).optional(),
  MaximumEventAgeInSeconds: number.pipe(z.int().min(60).max(86_400)).optional(),
});

const deadLetterConfig = z.strictObject({
  Arn: z.string().regex(/^arn:aws[\w-]*:sqs:[^.]*$/, 'a dead-letter queue is a standard SQS queue'),
});

const sqsParameters = z.strictObject({ MessageGroupId: z.string().max(100) });

export const targetSchema = z.strictObject({
  Id: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/),
  Arn: arn,
  RoleArn: irrelevant,
  Input: z.string().max(8_192).optional(),
  InputPath: z.string().max(256).optional(),
  InputTransformer: z
    .strictObject({
      InputPathsMap: z.record(z.string().regex(/^[\w-]{1,256}$/), z.string().max(256)).optional(),
      InputTemplate: z.string().min(1).max(8_192),
    })
    .optional(),
  SqsParameters: sqsParameters.optional(),
  RetryPolicy: retryPolicy.optional(),
  DeadLetterConfig: deadLetterConfig.optional(),
});

export type Target = z.output<typeof targetSchema>;

export const isBus = (target: Pick<Target, 'Arn'>) => target.Arn.includes(':event-bus/');

/** @throws AwsError ValidationException that names the target and what is wrong with it */
export function checkTarget(target: Target): void {
  const { Id, Arn, Input, InputPath, InputTransformer, SqsParameters } = target;
  const refuse = (problem: string) => {
    throw new AwsError('ValidationException', problem);
  };
  if (Arn.endsWith('.fifo') && Arn.includes(':sqs:') && !SqsParameters) {
    refuse(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
  }
  if (isBus(target) && (Input ?? InputPath ?? InputTransformer) !== undefined) {
    refuse(`Target ${Id}: the local cloud does not change events for a bus.`);
  }
  if (Object.keys(InputTransformer?.InputPathsMap ?? {}).length > 100) {
    refuse(`Target ${Id}: InputPathsMap has more than 100 entries.`);
  }
  checkInput(Id, target);
}
