import { type FunctionConfiguration, paginateListFunctions } from '@aws-sdk/client-lambda';
import type { Clients } from './clients.ts';

/** Every function of the account. */
export async function listFunctions(client: Clients['lambda']): Promise<FunctionConfiguration[]> {
  const functions: FunctionConfiguration[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) functions.push(...Functions);
  return functions;
}

/** What of each function decides how it behaves: a deploy that is rolled back must bring all of it back. */
export async function functionStates({ lambda }: Clients): Promise<Record<string, object>> {
  const functions = await listFunctions(lambda);
  return Object.fromEntries(
    functions.map(({ FunctionName, CodeSha256, Environment, Handler, MemorySize, Role, Timeout }) => [
      FunctionName,
      { CodeSha256, variables: Environment?.Variables, Handler, MemorySize, Role, Timeout },
    ]),
  );
}
