import { describe, expect, it } from '@jest/globals';
import { type Approval, answerCancelled, decideApproval, requestApproval } from './approve-order.ts';
import type { StoredOrder } from './order.ts';
import { OrderMoved } from './order-errors.ts';

/** A shop with one order, whose approval is kept as a table would keep it. */
function shopWith(approval: Approval | undefined, more: Partial<StoredOrder> = {}) {
  const done: string[] = [];
  const kept = { approval };
  const dependencies = {
    orders: {
      find: async () => ({ id: 'o1', customerId: 'bob', status: 'VALIDATED', ...more }) as StoredOrder,
    },
    approvals: {
      find: async () => kept.approval,
      ask: async (_: string, token: string) => void done.push(`ask ${token}`),
      decide: async (_: string, decision: 'approve' | 'decline', by: string) => {
        done.push(`${decision} by ${by}`);
        kept.approval = { taskToken: 't1', ...kept.approval, decision };
      },
    },
    notifications: { askApproval: async ({ id }: StoredOrder) => void done.push(`tell of ${id}`) },
    workflow: {
      answer: async (token: string, result: object) => void done.push(`${token} ${JSON.stringify(result)}`),
    },
    now: () => new Date('2026-11-22T10:00:00Z'),
  };
  return {
    done,
    kept,
    dependencies,
    ask: () => requestApproval(dependencies, { orderId: 'o1', attempt: 1, taskToken: 't2' }),
    decide: (decision: 'approve' | 'decline', decidedBy = 'carol') =>
      decideApproval(dependencies, { orderId: 'o1', decision, decidedBy }),
  };
}
const DECLINED = '{"error":"ApprovalDeclined","cause":"APPROVAL_DECLINED: the order was not approved"}';

describe('asking for approval', () => {
  it('keeps the token by which the workflow is answered, and then tells of the order', async () => {
    const { done, ask } = shopWith(undefined);
    await ask();
    expect(done).toEqual(['ask t2', 'tell of o1']);
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

  it('answers the token that is kept when it is written, not the one that was read before', async () => {
    const { dependencies, done, kept, decide } = shopWith({ taskToken: 't1' });
    dependencies.approvals.decide = async () => {
      kept.approval = { taskToken: 't2', decision: 'approve' };
    };
    await decide('approve');
    expect(done).toEqual(['t2 {"approved":true}']);
  });

  it.each([
    ['when the other one was taken', { taskToken: 't1', decision: 'decline' }, {}],
    ['when nobody was asked', undefined, {}],
    ['when the order was cancelled', { taskToken: 't1' }, { status: 'CANCELLED' }],
  ] as const)('is refused %s', async (_, approval, more) => {
    const { done, decide } = shopWith(approval, more);
    await expect(decide('approve')).rejects.toMatchObject({ name: 'NothingToDecide', code: 'CONFLICT' });
    expect(done.filter((each) => each.includes('by carol'))).toEqual([]);
  });

  it("is refused to the order's own customer", async () => {
    const { done, decide } = shopWith({ taskToken: 't1' });
    await expect(decide('approve', 'bob')).rejects.toMatchObject({ name: 'OwnOrder', code: 'CONFLICT' });
    expect(done).toEqual([]);
  });

  it.each([
    ['taken when the same was written at the same moment', 'approve', undefined],
    ['refused when the other was written at the same moment', 'decline', 'NothingToDecide'],
  ] as const)('is %s', async (_, written, name) => {
    const { dependencies, kept, decide } = shopWith({ taskToken: 't1' });
    dependencies.approvals.decide = async () => {
      kept.approval = { taskToken: 't1', decision: written };
      throw new OrderMoved('o1');
    };
    const outcome = await decide('approve').catch((error: Error) => error.name);
    expect(outcome).toBe(name);
  });
});

describe('an order that was cancelled while it waited', () => {
  it('lets its workflow wait no more', async () => {
    const { dependencies, done } = shopWith({ taskToken: 't1' });
    await answerCancelled(dependencies, 'o1', 'CANCELLED_BY_CUSTOMER');
    expect(done).toEqual([
      't1 {"error":"OrderClosed","cause":"CANCELLED_BY_CUSTOMER: the order was cancelled"}',
    ]);
  });

  it('has nobody to answer when it did not wait', async () => {
    const { dependencies, done } = shopWith(undefined);
    await answerCancelled(dependencies, 'o1', 'CANCELLED_BY_CUSTOMER');
    expect(done).toEqual([]);
  });
});
