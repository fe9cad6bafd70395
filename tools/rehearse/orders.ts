import assert from 'node:assert/strict';
import type { Api } from './api.ts';
import { LAMP } from './catalogue.ts';
import { outcome, type Rehearsal } from './rehearsal.ts';

/** From this total on an order waits for approval, once the second deploy has said so. */
export const APPROVAL_AMOUNT = 100_000;

/** Orders over the deployed API, through the workflow to their ends. */
export async function proveOrders({ proofs, framework, issuer, signal }: Rehearsal, api: Api) {
  const scope = 'shop/orders';
  const alice = await issuer.token({ sub: 'alice', scope, audience: 'shop' });
  const bob = await issuer.token({ sub: 'bob', scope, audience: 'shop' });
  const staff = await issuer.token({ sub: 'staff', scope: 'shop/orders.approve', audience: 'shop' });

  async function place(key: string, quantity: number, payment: string): Promise<string> {
    const { body } = await api.expect(202, 'POST /orders', {
      token: alice,
      headers: { 'idempotency-key': key },
      body: { lines: [{ itemId: LAMP.id, quantity }], payment: { token: payment } },
    });
    return String(body.id);
  }
  const untilOrder = (id: string, status: string) =>
    outcome(`${status} of order ${id}`, signal, async () => {
      const { body } = await api.expect(200, `GET /orders/${id}`, { token: alice });
      return { seen: body.status, done: body.status === status };
    });
  let paid = '';
  await proofs.prove('an order runs through the workflow, is confirmed and gets its invoice', async () => {
    paid = await place('rehearsal-paid', 1, 'tok_ok');
    assert.equal(await place('rehearsal-paid', 1, 'tok_ok'), paid, 'the same key makes a second order');
    await untilOrder(paid, 'COMPLETE');
    const { headers } = await outcome('the invoice', signal, async () => {
      const seen = await api.ask(`GET /orders/${paid}/invoice`, { token: alice });
      return { seen, done: seen.status === 302 };
    });
    const invoice = await fetch(headers.get('location') ?? '');
    assert.equal((await invoice.text()).slice(0, 5), '%PDF-');
    return 'COMPLETE, and a PDF by its link';
  });

  await proofs.prove('an order whose payment is declined fails, and its stock comes back', async () => {
    const before = (await api.expect(200, `GET /items/${LAMP.id}`)).body.stock;
    const declined = await place('rehearsal-declined', 2, 'tok_declined');
    await untilOrder(declined, 'FAILED');
    const { body } = await api.expect(200, `GET /items/${LAMP.id}`);
    assert.equal(body.stock, before);
    return 'FAILED';
  });

  await proofs.prove('orders are seen by their customer alone', async () => {
    await api.expect(404, `GET /orders/${paid}`, { token: bob });
    const { body } = await api.expect(200, 'GET /orders', { token: alice });
    assert.equal((body.orders as unknown[]).length, 2);
    assert.deepEqual((await api.expect(200, 'GET /orders', { token: bob })).body.orders, []);
    return undefined;
  });

  await proofs.prove('an order that waits for approval is approved, another is cancelled', async () => {
    const large = await place('rehearsal-large', 90, 'tok_ok');
    const unwanted = await place('rehearsal-unwanted', 91, 'tok_ok');
    const approve = { token: staff, body: { decision: 'approve' } };
    await api.expect(403, `POST /orders/${large}/approval`, { ...approve, token: alice });
    // Until the workflow has asked, the order does not wait.
    await outcome(`the approval of order ${large}`, signal, async () => {
      const { status, text } = await api.ask(`POST /orders/${large}/approval`, approve);
      return { seen: text, done: status === 204 };
    });
    await untilOrder(large, 'COMPLETE');
    await api.expect(200, `POST /orders/${unwanted}/cancel`, { token: alice });
    await untilOrder(unwanted, 'CANCELLED');
    return 'COMPLETE, CANCELLED';
  });

  await proofs.prove('`sls invoke stepf` starts the workflow and waits for its end', async () => {
    // No order has this id: the workflow has nothing to undo and fails.
    const input = JSON.stringify({ orderId: '00000000000000000000000000', customerId: 'nobody' });
    const { output } = await framework.run('invoke', 'stepf', '--name', 'orderProcessing', '--data', input);
    assert.match(output, /"status": "FAILED"/);
    return 'FAILED, as it must without an order';
  });
}
