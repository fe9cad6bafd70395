import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { isUnanswered } from '../../../../shared/aws-failures.ts';
import { Conflict, DependencyFailed, Throttled } from '../../../../shared/errors.ts';
import type { Workflow } from '../domain/workflow.ts';

/** The Step Functions client of a function instance. Every call that it makes here can be repeated. */
export const stepFunctions = new SFNClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

/** Answers tasks that wait, of any state machine: the token says which. */
export function waitingTasks(client: Pick<SFNClient, 'send'>): Pick<Workflow, 'answer'> {
  return {
    async answer(taskToken, result) {
      try {
        if ('approved' in result) {
          await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(result) }));
        } else {
          const { error, cause } = result;
          await client.send(new SendTaskFailureCommand({ taskToken, error, cause }));
        }
      } catch (error) {
        const waitsNoMore = [TaskDoesNotExist, TaskTimedOut, InvalidToken].some(
          (kind) => error instanceof kind,
        );
        if (!waitsNoMore) throw translate(error);
      }
    },
  };
}

/** The state machine `stateMachineArn`. */
export function orderWorkflow(client: Pick<SFNClient, 'send'>, stateMachineArn: string): Workflow {
  const executionArn = (name: string) =>
    `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  const describe = (name: string) =>
    client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) }));

  return {
    ...waitingTasks(client),

    async start(execution, { id, customerId, correlationId }) {
      const input = JSON.stringify({ orderId: id, customerId, correlationId });
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name: execution, input }));
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw translate(error);
        // It ended, or it is another one's: only the input tells.
        const existing = await describe(execution).catch((reason: unknown) => {
          throw translate(reason);
        });
        if (existing.input !== input) {
          throw new Conflict(`The execution ${execution} belongs to another order.`, { cause: error });
        }
      }
    },

    async stateOf(execution) {
      try {
        const { status } = await describe(execution);
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'RUNNING' : 'ENDED';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return 'MISSING';
        throw translate(error);
      }
    },
  };
}

function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'ThrottlingException' || error.name === 'ExecutionLimitExceeded') {
    return new Throttled('Step Functions refuses more requests for now.', { cause: error });
  }
  return isUnanswered(error)
    ? new DependencyFailed('Step Functions did not answer.', { cause: error })
    : error;
}
