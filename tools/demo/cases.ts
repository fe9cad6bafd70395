import { moneyText } from '../../services/events/src/domain/money-text.ts';

export const euros = (cents: number): string => moneyText(BigInt(cents), 'EUR');

/** What is sold in the story; amounts are in cents. */
export const ITEMS = {
  mug: { name: 'Mug', amount: 1_290, stock: 50 },
  lamp: { name: 'Desk lamp', amount: 4_990, stock: 20 },
} as const;
export type ItemName = keyof typeof ITEMS;

/** An order of the story, and what has to become of it. */
export interface OrderCase {
  readonly token: string;
  readonly quantities: Readonly<Record<ItemName, number>>;
  /** In cents. */
  readonly total: number;
  readonly status: 'COMPLETE' | 'FAILED';
  readonly reason?: string;
  /** The states of the workflow that it goes through. */
  readonly path: readonly string[];
  readonly reservation: 'COMMITTED' | 'RELEASED';
  /** What the payment provider has in the end: a voided charge was never captured, and cannot be any more. */
  readonly charge: 'CAPTURED' | 'VOIDED' | 'REFUNDED';
  readonly event: 'OrderCompleted' | 'OrderFailed';
}

const TO_PAYMENT = ['ValidateOrder', 'ApprovalNeeded', 'CheckInventory', 'ProcessPayment'];
const PARALLEL = ['ParallelProcessing', 'SendConfirmation', 'UpdateInventory'];
const UNDONE = ['RefundPayment', 'ReleaseInventory', 'RecordFailure', 'OrderFailed'];
const COMPLETES = {
  status: 'COMPLETE',
  path: [...TO_PAYMENT, ...PARALLEL, 'RecordCompletion', 'OrderComplete'],
  reservation: 'COMMITTED',
  charge: 'CAPTURED',
  event: 'OrderCompleted',
} as const;

export const ORDERS = {
  paid: { token: 'tok_ok', quantities: { mug: 2, lamp: 1 }, total: 7_570, ...COMPLETES },
  declined: {
    token: 'tok_declined',
    quantities: { mug: 3, lamp: 0 },
    total: 3_870,
    status: 'FAILED',
    reason: 'PAYMENT_DECLINED',
    path: [...TO_PAYMENT, ...UNDONE],
    reservation: 'RELEASED',
    charge: 'VOIDED',
    event: 'OrderFailed',
  },
  flaky: { token: 'tok_flaky', quantities: { mug: 0, lamp: 2 }, total: 9_980, ...COMPLETES },
  refunded: {
    token: 'tok_ok',
    quantities: { mug: 4, lamp: 0 },
    total: 5_160,
    status: 'FAILED',
    reason: 'INTERNAL_ERROR',
    path: [...TO_PAYMENT, ...PARALLEL, ...UNDONE],
    reservation: 'RELEASED',
    charge: 'REFUNDED',
    event: 'OrderFailed',
  },
  repeated: { token: 'tok_ok', quantities: { mug: 1, lamp: 0 }, total: 1_290, ...COMPLETES },
} as const satisfies Readonly<Record<string, OrderCase>>;
export type OrderName = keyof typeof ORDERS;

/** Those whose course does not depend on the others, so that they may be on their way at the same time. */
export const INDEPENDENT: readonly OrderName[] = ['paid', 'declined', 'flaky'];
