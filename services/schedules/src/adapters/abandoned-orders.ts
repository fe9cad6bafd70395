import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DependencyFailed } from '../../../../shared/errors.ts';
import type { lambda } from '../../../../shared/lambda.ts';
import type { Kind } from '../domain/walk.ts';

/** What the function answers. */
interface Abandonment {
  readonly seen: number;
  readonly abandoned: number;
  readonly failed: number;
  readonly isWhole: boolean;
}

/** Orders that nobody brings to an end: services/orders knows which they are, and its function cancels them. */
export function abandonedOrders(client: Pick<typeof lambda, 'send'>, functionName: string): Kind {
  return {
    name: 'abandonedOrders',
    async clean({ cutOff, dryRun }) {
      const { seen, abandoned, failed, isWhole } = await abandon({ time: cutOff.toISOString(), dryRun });
      return { seen, cleaned: abandoned, failed, isWhole };
    },
  };

  async function abandon(event: { time: string; dryRun: boolean }): Promise<Abandonment> {
    const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) });
    const { FunctionError, Payload } = await client.send(command).catch((error: unknown) => {
      throw new DependencyFailed(`${functionName} cannot be invoked.`, { cause: error });
    });
    const answer = Buffer.from(Payload ?? []).toString();
    if (FunctionError) throw new DependencyFailed(`${functionName} has failed.`, { cause: answer });
    return JSON.parse(answer) as Abandonment;
  }
}
