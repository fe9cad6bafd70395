import { describe, expect, it } from '@jest/globals';
import { type Approval, decideApproval, requestApproval } from './approve-order.ts';
import type { StoredOrder } from './order.ts';
import { OrderMoved } from './order-errors.ts';

function shopWith(approval: Approval | undefined, more: Partial<StoredOrder> = {}) {
  const done: string[] = [];
  const dependencies = {
    orders: { find: async () => ({ id: 'o1', status: 'VALIDATED', ...more }) as StoredOrder },
    approvals: {
      find: async () => approval,
      ask: async (_: string, token: string) => void done.push(`ask ${token}`),
      decide: async (_: string, decision: string, by: string) => void done.push(`${decision} by ${by}`),
    },
    workflow: {
      answer: async (token: string, result: object) => void done.push(`${token} ${JSON.stringify(result)}`),
    },
    now: () => new Date('2026-11-22T10:00:00Z'),
  };
  return {
    done,
    dependencies,
    ask: () => requestApproval(dependencies, { orderId: 'o1', attempt: 1, taskToken: 't2' }),
    decide: (decision: 'approve' | 'decline') =>
      decideApproval(dependencies, { orderId: 'o1', decision, decidedBy: 'carol' }),
  };
}
const DECLINED = '{"error":"ApprovalDeclined","cause":"APPROVAL_DECLINED: the order was not approved"}';

describe('asking for approval', () => {
  it('keeps the token by which the workflow is answered', async () => {
    const { done, ask } = shopWith(undefined);
    await ask();
    expect(done).toEqual(['ask t2']);
  });

  it('answers at once when somebody has decided', async () => {
    const { done, ask } = shopWith({ taskToken: 't1', decision: 'decline' });
    await ask();
    expect(done).toEqual([`t2 ${DECLINED}`]);
  });
});

describe('a decision', () => {
  it.each([
    ['approve', ['approve by carol', 't1 {"approved":true}']],
    ['decline', ['decline by carol', `t1 ${DECLINED}`]],
  ] as const)('to %s is written down first, and then told to the workflow', async (decision, expected) => {
    const { done, decide } = shopWith({ taskToken: 't1' });
    await decide(decision);
    expect(done).toEqual(expected);
  });

  it('that was taken is told to the workflow again, and not written again', async () => {
    const { done, decide } = shopWith({ taskToken: 't1', decision: 'approve' });
    await decide('approve');
    expect(done).toEqual(['t1 {"approved":true}']);
  });

  it.each([
    ['when the other one was taken', { taskToken: 't1', decision: 'decline' }, {}],
    ['when nobody was asked', undefined, {}],
    ['when the order was cancelled', { taskToken: 't1' }, { status: 'CANCELLED' }],
  ] as const)('is refused %s', async (_, approval, more) => {
    const { done, decide } = shopWith(approval, more);
    await expect(decide('approve')).rejects.toMatchObject({ name: 'NothingToDecide', code: 'CONFLICT' });
    expect(done).toEqual([]);
  });

  it('is refused when another one was taken at the same moment', async () => {
    const { dependencies, done, decide } = shopWith({ taskToken: 't1' });
    dependencies.approvals.decide = async () => {
      throw new OrderMoved('o1');
    };
    await expect(decide('approve')).rejects.toMatchObject({ name: 'NothingToDecide' });
    expect(done).toEqual([]);
  });
});
