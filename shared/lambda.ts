import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DependencyFailed } from './errors.ts';

/** The Lambda client of a function instance. */
export const lambda = new LambdaClient({ maxAttempts: 3 });

/**
 * Hands the event to a function, which gets it soon and, when it fails, again.
 * @throws DependencyFailed when Lambda does not take it
 */
export async function invokeLater(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  event: object,
): Promise<void> {
  const Payload = JSON.stringify(event);
  await client
    .send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
    .catch((error: unknown) => {
      throw new DependencyFailed(`${functionName} cannot be invoked.`, { cause: error });
    });
}
