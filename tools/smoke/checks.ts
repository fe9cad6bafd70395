import assert from 'node:assert/strict';
import type { Answer, Api } from '../rehearse/api.ts';
import type { Proofs } from '../rehearse/rehearsal.ts';
import { outcome } from '../rehearse/rehearsal.ts';

/** A token, and what it is allowed to do. */
export interface Token {
  readonly text: string;
  readonly scopes: readonly string[];
}

/** What the API answers to anybody; changes nothing. */
export async function checkReading(api: Api, proofs: Proofs): Promise<void> {
  await proofs.prove('the catalogue can be read', async () => {
    const answer = await api.expect(200, 'GET /items?limit=1');
    assert.ok(Array.isArray(answer.body.items), 'GET /items answers no list of items');
    return undefined;
  });

  await proofs.prove('the API describes itself', async () => {
    const { body } = await api.expect(200, 'GET /openapi.json');
    assert.match(String(body.openapi), /^3\.1\./, 'GET /openapi.json is no document of OpenAPI 3.1');
    await api.expect(200, 'GET /docs');
    return undefined;
  });

  await proofs.prove('unknown routes and items are not found, and problems are told as such', async () => {
    await api.expect(404, 'GET /smoke-test');
    const missing = await api.expect(404, 'GET /items/smoke-test-missing');
    isProblem(missing, 'GET /items/smoke-test-missing', 'urn:shop:problem:not-found');
    const invalid = await api.expect(400, 'GET /items?limit=none');
    isProblem(invalid, 'GET /items?limit=none', 'urn:shop:problem:invalid-input');
    return undefined;
  });

  await proofs.prove('nobody writes or orders without a token', async () => {
    for (const route of ['POST /items', 'DELETE /items/smoke-test-missing', 'POST /orders', 'GET /orders']) {
      await api.expect(401, route, { ...(route.startsWith('POST') && { body: {} }) });
    }
    await api.expect(401, 'POST /items', { body: {}, token: 'no.real.token' });
    return undefined;
  });

  await proofs.prove('answers carry security headers', async () => {
    const { headers } = await api.ask('GET /items?limit=1');
    assert.equal(headers.get('x-content-type-options'), 'nosniff', 'x-content-type-options is not nosniff');
    assert.match(
      headers.get('strict-transport-security') ?? '',
      /max-age=\d{8}/,
      'strict-transport-security has no max-age of months',
    );
    return undefined;
  });
}

function isProblem({ headers, body }: Answer, route: string, type: string): void {
  const mediaType = headers.get('content-type') ?? 'nothing';
  assert.match(
    mediaType,
    /^application\/problem\+json/,
    `${route} answers ${mediaType}, and no problem+json`,
  );
  assert.equal(body.type, type, `${route} tells of ${body.type}, and not of ${type}`);
  assert.ok(body.requestId, `${route} tells no request id`);
}

/** What the API does for who has the token; leaves an order behind, and nothing else. `newId` names what is made. */
export async function checkWriting(
  api: Api,
  proofs: Proofs,
  { text: token, scopes }: Token,
  newId: () => string,
  signal: AbortSignal,
): Promise<void> {
  const mayWrite = scopes.includes('shop/items.write');
  const mayOrder = scopes.includes('shop/orders');
  if (!mayOrder) {
    await proofs.prove('a token without the scope of a route does not open it', async () => {
      await api.expect(403, 'GET /orders', { token });
      return undefined;
    });
  }
  if (!mayWrite) return;

  const id = `smoke-test-${newId()}`;
  // Of so many one may be sold without an alert of low stock.
  const item = { id, sku: id, name: 'Smoke test', category: 'smoke-test', stock: 1_000 };
  const route = `/items/${id}`;
  try {
    await proofs.prove('an item is made and read', async () => {
      const body = { ...item, price: { amount: 100, currency: 'EUR' } };
      await api.expect(201, 'POST /items', { token, body });
      const { headers } = await api.expect(200, `GET ${route}`);
      const tag = headers.get('etag') ?? '';
      await api.expect(304, `GET ${route}`, { headers: { 'if-none-match': tag } });
      return id;
    });
    if (mayOrder) {
      await proofs.prove('an order runs through the workflow', async () => {
        const placed = await api.expect(202, 'POST /orders', {
          token,
          headers: { 'idempotency-key': id },
          body: { lines: [{ itemId: id, quantity: 1 }], payment: { token: 'tok_ok' } },
        });
        await outcome(`COMPLETE of order ${placed.body.id}`, signal, async () => {
          const { body } = await api.expect(200, `GET /orders/${placed.body.id}`, { token });
          return { seen: body.status, done: body.status === 'COMPLETE' };
        });
        return `COMPLETE of ${placed.body.id}`;
      });
    }
  } finally {
    await proofs.prove('the item is deleted', async () => {
      await api.expect(204, `DELETE ${route}`, { token });
      await api.expect(404, `GET ${route}`);
      return undefined;
    });
  }
}
