import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { declaredServices } from '../declared-services.ts';
import type { Clients } from './clients.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Invocation } from './report.ts';
import { STACK, type Stack } from './stack.ts';
import { type DeployedFunction, functionsOf } from './template.ts';

/**
 * Invokes with its sample event each function that nothing has invoked so far, and says of every function of the
 * stack how it came to run.
 */
export async function proveInvocations(
  { proofs, clients, root }: Rehearsal,
  stack: Stack,
): Promise<Invocation[]> {
  const invocations: Invocation[] = [];
  await proofs.prove('every function of the stack was invoked', async () => {
    const samples = sampleFiles(root);
    for (const [key, { name, triggers }] of functionsOf(stack.template, `${STACK}-`)) {
      if (await hasRun(clients, name)) {
        invocations.push({ key, by: triggers.join(', ') || 'directly' });
        continue;
      }
      const file = samples.get(key);
      assert.ok(file, `${key} was never invoked, and has no sample event`);
      const answer = await invoke(clients, name, readFileSync(file));
      assert.ok(await hasRun(clients, name), `${key} has no log of its invocation`);
      invocations.push({ key, by: directly({ name, triggers }, answer) });
    }
    return `${invocations.length} functions`;
  });
  return invocations.sort((one, other) => one.key.localeCompare(other.key));
}

function directly({ triggers }: DeployedFunction, answer: string): string {
  const when = triggers.length === 0 ? 'nothing invokes it by itself' : `${triggers.join(', ')} did not here`;
  return `directly with its sample event, since ${when}: ${answer}`;
}

/** Where the sample event of each function is, by the function's key. */
function sampleFiles(root: string): Map<string, string> {
  return new Map(
    declaredServices(root).flatMap(({ folder, functions }) =>
      Object.entries(functions).map(([key, { handler }]) => [
        key,
        join(folder, 'events', `${basename(handler, '.handler')}.json`),
      ]),
    ),
  );
}

/** Whether a function has ever run: each instance writes a log stream. */
export async function hasRun({ logs }: Clients, name: string): Promise<boolean> {
  const { logStreams = [] } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: `/aws/lambda/${name}`, limit: 1 }),
  );
  return logStreams.length > 0;
}

/** What the function answers, in a few words. A sample names orders and files that are not here: it may be refused. */
async function invoke({ lambda }: Clients, FunctionName: string, Payload: Uint8Array): Promise<string> {
  const { FunctionError, Payload: answer } = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
  if (!FunctionError) return 'done';
  const text = Buffer.from(answer ?? []).toString();
  assert.doesNotMatch(text, /not authorized/, `${FunctionName} lacks a permission: ${text.slice(0, 300)}`);
  return `it refused the sample: ${text.slice(0, 120)}`;
}
