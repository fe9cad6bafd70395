import assert from 'node:assert/strict';
import {
  CreateUserPoolCommand,
  CreateUserPoolDomainCommand,
  DeleteUserPoolCommand,
  DeleteUserPoolDomainCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { emptyBucket } from '../empty-bucket.ts';
import { listAccount } from './account.ts';
import { type Api, openApi } from './api.ts';
import { LAMP } from './catalogue.ts';
import { complaintOf } from './framework.ts';
import { functionStates } from './functions.ts';
import { APPROVAL_AMOUNT } from './orders.ts';
import type { Rehearsal } from './rehearsal.ts';
import { readStack, type Stack } from './stack.ts';

/** What the parts of the rehearsal that cannot go on without a stack throw: the proof itself has failed already. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

/** The first deploy, with no parameter given. @throws Ended when there is no stack to go on with */
export async function proveDeploy({ proofs, clients, framework }: Rehearsal): Promise<Stack> {
  const held = await proofs.prove('`sls deploy` creates the stack, with no parameter given', async () => {
    const { code, output } = await framework.run('deploy');
    assert.equal(code, 0, complaintOf(output));
    const { status, resources, template } = await readStack(clients);
    assert.match(status, /^(CREATE|UPDATE)_COMPLETE$/);
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
    return `${Object.keys(resources).length} resources of ${types.size} types`;
  });
  if (!held) throw new Ended('there is no stack');
  const stack = await readStack(clients);
  await proofs.prove('`sls info` knows the stack', async () => {
    const { code, output } = await framework.run('info');
    assert.equal(code, 0, complaintOf(output));
    assert.ok(output.includes(`${stack.outputs.HttpApiUrl}/items`), 'the routes are missing');
    return undefined;
  });
  return stack;
}

/**
 * A deploy over the first one, with parameters that change the API's authorizer and the environment of functions and
 * take the user pool away. @throws Ended when it fails
 */
export async function proveUpdate(rehearsal: Rehearsal, token: string): Promise<{ stack: Stack; api: Api }> {
  const { proofs, clients, framework, issuer, endpoint } = rehearsal;
  const held = await proofs.prove(
    '`sls deploy` again changes functions and the authorizer, and keeps the data',
    async () => {
      const before = await functionStates(clients);
      const changes = ['--param', `issuerUrl=${issuer.url}`, '--param', `approvalAmount=${APPROVAL_AMOUNT}`];
      const { code, output } = await framework.run('deploy', ...changes);
      assert.equal(code, 0, complaintOf(output));
      const stack = await readStack(clients);
      assert.equal(stack.status, 'UPDATE_COMPLETE');
      const after = await functionStates(clients);
      const changed = Object.keys(after).filter(
        (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
      );
      assert.notEqual(changed.length, 0, 'no function has changed');
      const api = openApi(endpoint, stack);
      const { body } = await api.expect(200, `GET /items/${LAMP.id}`);
      assert.equal(body.sku, LAMP.sku);
      await api.expect(401, `DELETE /items/${LAMP.id}`, { token });
      return `changed: ${changed.join(', ')}; the pool's token is refused now`;
    },
  );
  if (!held) throw new Ended('the stack was not updated');
  const stack = await readStack(clients);
  return { stack, api: openApi(endpoint, stack) };
}

/**
 * A deploy that AWS refuses half way: it goes back to the user pool, whose domain somebody else has taken meanwhile.
 * Domains are unique over all accounts.
 */
export async function proveRollback(
  { proofs, clients, framework }: Rehearsal,
  api: Api,
  domain: string,
): Promise<void> {
  const { cognito } = clients;
  const { UserPool: { Id: UserPoolId } = {} } = await cognito.send(
    new CreateUserPoolCommand({ PoolName: 'somebody-else' }),
  );
  await cognito.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain: domain }));
  await proofs.prove('a deploy that fails half way is rolled back as a whole', async () => {
    const functions = await functionStates(clients);
    const { outputs } = await readStack(clients);
    const account = await listAccount(clients);
    const { code, output } = await framework.run('deploy');
    assert.notEqual(code, 0, 'the deploy did not fail');
    assert.match(output, new RegExp(domain), complaintOf(output));
    const stack = await readStack(clients);
    assert.equal(stack.status, 'UPDATE_ROLLBACK_COMPLETE');
    assert.deepEqual(stack.outputs, outputs);
    assert.deepEqual(await functionStates(clients), functions);
    assert.deepEqual(await listAccount(clients), account);
    await api.expect(200, `GET /items/${LAMP.id}`);
    return 'UPDATE_ROLLBACK_COMPLETE; functions, outputs and account are as before';
  });
  await cognito.send(new DeleteUserPoolDomainCommand({ UserPoolId, Domain: domain }));
  await cognito.send(new DeleteUserPoolCommand({ UserPoolId }));
}

/** The removal, with the buckets emptied first as services/events/README.md says. */
export async function proveRemoval(
  { proofs, clients, framework }: Rehearsal,
  stack: Stack,
  before: string[],
) {
  await proofs.prove('`sls remove` leaves nothing', async () => {
    const buckets = Object.entries(stack.template.Resources)
      .filter(
        ([logicalId, { Type }]) => Type === 'AWS::S3::Bucket' && logicalId !== 'ServerlessDeploymentBucket',
      )
      // Those under a condition that does not hold are not there.
      .flatMap(([logicalId]) => stack.resources[logicalId] ?? []);
    for (const bucket of buckets) await emptyBucket(clients.s3, bucket);
    const { code, output } = await framework.run('remove');
    assert.equal(code, 0, complaintOf(output));
    assert.deepEqual(await listAccount(clients), before);
    return `the account is as before the first deploy`;
  });
}
