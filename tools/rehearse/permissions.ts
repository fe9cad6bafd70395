import assert from 'node:assert/strict';
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { Api } from './api.ts';
import { outcome, type Rehearsal } from './rehearsal.ts';
import type { Stack } from './stack.ts';

/** That the account really checks what the template permits: all other proofs lean on it. */
export async function provePermissions(
  { proofs, clients, emulator, signal }: Rehearsal,
  api: Api,
  stack: Stack,
  token: string,
) {
  await proofs.prove('functions may do what their roles say and nothing else', async () => {
    const denial = {
      RoleName: stack.resources.GetItemIamRoleLambdaExecution,
      PolicyName: 'rehearsal-denies-reading',
    };
    const Statement = [{ Effect: 'Deny', Action: 'dynamodb:GetItem', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await clients.iam.send(new PutRolePolicyCommand({ ...denial, PolicyDocument }));
    try {
      await api.expect(500, 'GET /items/rehearsal-lamp');
    } finally {
      await clients.iam.send(new DeleteRolePolicyCommand(denial));
    }
    await outcome('the item', signal, async () => {
      const { status } = await api.ask('GET /items/rehearsal-lamp');
      return { seen: status, done: status === 200 };
    });
    return 'getItem answers 500 while its role is denied to read, and 200 again';
  });

  await proofs.prove('the bucket of uploads refuses requests without TLS', async () => {
    const body = 'id,sku';
    const { body: announced } = await api.expect(201, 'POST /uploads', {
      token,
      body: { contentType: 'text/csv', size: body.length },
    });
    const url = new URL(String(announced.url));
    // Signed for the front, and sent past it.
    const headers = { ...(announced.headers as Record<string, string>), host: url.host };
    const refused = await fetch(`${emulator}${url.pathname}${url.search}`, { method: 'PUT', headers, body });
    const said = await refused.text();
    assert.equal(refused.status, 403, said);
    assert.match(said, /explicit deny in a resource-based policy/);
    return undefined;
  });
}
