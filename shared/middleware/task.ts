import { logger } from '../logger.ts';
import { type InvocationHandler, invocationHandler } from './invocation.ts';
import { inShape, type Schema } from './shape.ts';

/**
 * Wraps a pure `respond` as a task of a state machine, which retries or catches what it throws by its name.
 *
 * `keysOf` picks from the input what every log line of the task carries, such as the id of an order. An input that is
 * not in the shape of the schema throws InvalidInput.
 */
export function taskHandler<Input, Output>(
  schema: Schema<Input>,
  respond: (input: Input) => Promise<Output>,
  keysOf: (input: Input) => Readonly<Record<string, string>> = () => ({}),
): InvocationHandler<Input, Output> {
  return invocationHandler(
    'task',
    (event) => inShape(schema, event, 'The input of the task'),
    async (input) => {
      logger.appendKeys({ ...keysOf(input) });
      return respond(input);
    },
  );
}
