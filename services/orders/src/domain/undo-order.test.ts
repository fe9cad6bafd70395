import { describe, expect, it } from '@jest/globals';
import { reasonOf } from './undo-order.ts';

const thrown = (errorType: string, errorMessage: string) => ({
  Error: errorType,
  Cause: JSON.stringify({ errorType, errorMessage, trace: [] }),
});

describe('the reason of a failure', () => {
  it.each([
    [thrown('OutOfStock', 'OUT_OF_STOCK: too few of mug'), 'OUT_OF_STOCK'],
    [thrown('PaymentDeclined', 'PAYMENT_DECLINED: card_declined'), 'PAYMENT_DECLINED'],
    [thrown('PaymentServiceException', 'PAYMENT_UNAVAILABLE: no answer'), 'PAYMENT_UNAVAILABLE'],
    [{ Error: 'ApprovalExpired', Cause: 'APPROVAL_EXPIRED: nobody has decided in time' }, 'APPROVAL_EXPIRED'],
    [{ Error: 'States.Timeout', Cause: '' }, 'TIMED_OUT'],
    [thrown('Sandbox.Timedout', 'RequestId: 1 Error: Task timed out after 10.00 seconds'), 'INTERNAL_ERROR'],
    [thrown('TypeError', 'SECRET_THING: x is not a function'), 'INTERNAL_ERROR'],
    [{ Error: 'Lambda.Unknown', Cause: 'null' }, 'INTERNAL_ERROR'],
  ])('%j is %s', (failure, reason) => {
    expect(reasonOf(failure)).toBe(reason);
  });
});
