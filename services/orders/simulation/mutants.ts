/** A change of the source that breaks a rule of the order flow. */
export interface Mutant {
  readonly name: string;
  /** Path in services/orders. */
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What it takes away. */
  readonly why: string;
  /** It shows in a moment that few seeds hit. */
  readonly isRare?: true;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'charge-without-key',
    file: 'src/domain/process-payment.ts',
    find: 'key: chargeKey(id)',
    replace: "key: '' && chargeKey(id)",
    why: 'the provider cannot tell a charge from the same one tried again',
  },
  {
    name: 'charge-under-new-key',
    file: 'src/domain/process-payment.ts',
    find: 'await payments.charge(charge)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    replace: 'await payments.charge({ ...charge, key: `${charge.key}:${attempt}` })',
    why: 'each attempt has a key of its own at the provider',
  },
  {
    name: 'charge-without-asking',
    file: 'src/domain/process-payment.ts',
    find: 'order.paymentStartedAt ? await payments.find(charge) : undefined',
    replace: 'undefined',
    why: 'the outcome of an attempt that was not answered is never found out',
  },
  {
    name: 'charge-not-noted',
    file: 'src/domain/process-payment.ts',
    find: 'if (!order.paymentStartedAt) await ledger.begin(order, step());',
    replace: '',
    why: 'nothing says that the provider was asked, so nothing is given back',
  },
  {
    name: 'reserve-without-stock',
    file: 'src/adapters/inventory-table.ts',
    find: "ConditionExpression: 'stock >= :quantity'",
    replace: "ConditionExpression: 'attribute_exists(id)'",
    why: 'more is sold than there is',
  },
  {
    name: 'no-fence',
    file: 'src/adapters/order-row.ts',
    find: "'#status = :from AND attribute_not_exists(undoing)'",
    replace: "'#status = :from'",
    why: 'a late attempt goes forward while the order is undone',
  },
  {
    name: 'no-fence-for-reserve',
    file: 'src/adapters/inventory-table.ts',
    find: "when: FORWARD_FROM,\n              values: { ':from': 'VALIDATED' }",
    replace: "when: '#status = :from',\n              values: { ':from': 'VALIDATED' }",
    why: 'a late attempt reserves stock for an order that is undone',
    isRare: true,
  },
  {
    name: 'no-fence-for-capture',
    file: 'src/adapters/ledger-table.ts',
    find: 'when: FORWARD_FROM,',
    replace: "when: '#status = :from',",
    why: 'a late attempt pays an order that is undone',
    isRare: true,
  },
  {
    name: 'no-fence-for-commit',
    file: 'src/adapters/inventory-table.ts',
    find: "when: FORWARD_FROM,\n            values: { ':from': 'PAID' }",
    replace: "when: '#status = :from',\n            values: { ':from': 'PAID' }",
    why: 'a late attempt sells the stock of an order that is undone',
    isRare: true,
  },
  {
    name: 'undo-without-fence',
    file: 'src/adapters/orders-table.ts',
    find: 'set: { undoing: reason },',
    replace: '',
    why: 'nothing says that the order goes back',
  },
  {
    name: 'move-any-reservation',
    file: 'src/adapters/inventory-table.ts',
    find: "ConditionExpression: '#state = :from'",
    replace: "ConditionExpression: 'NOT #state = :never'",
    why: 'a reservation is given back whatever became of it',
  },
  {
    name: 'release-any-order',
    file: 'src/adapters/inventory-table.ts',
    find: 'when: UNDOING,',
    replace: "when: 'NOT #status IN (:none, :complete, :failed, :cancelled)',",
    why: 'the stock of an order that goes forward is given back',
  },
  {
    name: 'skip-refund',
    file: 'workflows/order.asl.yml',
    find: 'ResultPath: $.failure\n        Next: RefundPayment',
    replace: 'ResultPath: $.failure\n        Next: ReleaseInventory',
    why: 'what was charged stays charged',
  },
  {
    name: 'skip-release',
    file: 'src/domain/undo-order.ts',
    find: 'await inventory.release(orderId, reservation, { at: now().toISOString(), attempt });',
    replace: '',
    why: 'what was reserved stays reserved',
  },
  {
    name: 'charge-before-reserving',
    file: 'workflows/order.asl.yml',
    find: 'Default: CheckInventory',
    replace: 'Default: ProcessPayment',
    why: 'an order is charged for which nothing is reserved',
  },
  {
    name: 'refund-paid-orders-only',
    file: 'src/domain/undo-order.ts',
    find: 'if (!order.paymentStartedAt || order.refundedAt) return;',
    replace: "if (order.status !== 'PAID' || order.refundedAt) return;",
    why: 'a charge whose answer was lost is not given back',
  },
  {
    name: 'confirm-without-claim',
    file: 'src/domain/confirm-order.ts',
    find: 'await confirmations.claim(orderId, claim, previous);',
    replace: '',
    why: 'two attempts send at the same time',
  },
  {
    name: 'confirm-without-receipt',
    file: 'src/domain/confirm-order.ts',
    find: 'time < previous.lapsesAt + RECEIPT_MS',
    replace: 'time < 0',
    why: 'a confirmation that went out unanswered is sent again',
  },
  {
    name: 'complete-without-receipt',
    file: 'src/adapters/confirmations-table.ts',
    find: "UpdateExpression: 'SET #state = :sent, sentAt = :at'",
    replace: "UpdateExpression: 'SET #state = :sending, sentAt = :at'",
    why: 'nobody remembers that the confirmation was sent',
  },
  {
    name: 'cancel-charged-orders',
    file: 'src/adapters/inventory-table.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    find: 'when: `${FORWARD_FROM} AND attribute_not_exists(paymentStartedAt)`',
    replace: 'when: FORWARD_FROM',
    why: 'an order is cancelled while it is charged',
  },
  {
    name: 'cancel-without-release',
    file: 'src/adapters/inventory-table.ts',
    find: "order.status === 'RESERVED'",
    replace: "order.status === 'PAID'",
    why: 'a cancelled order keeps its stock',
  },
  {
    name: 'place-without-request',
    file: 'src/adapters/orders-table.ts',
    find: "ConditionExpression: 'attribute_not_exists(orderId) OR expiration < :now'",
    replace: "ConditionExpression: 'attribute_not_exists(orderId) OR expiration > :now'",
    why: 'a request that is repeated places a second order',
  },
  {
    name: 'sweep-never-restarts',
    file: 'src/domain/sweep-orders.ts',
    find: "if (state === 'RUNNING') return undefined;",
    replace: "if (state !== 'MISSING') return undefined;",
    why: 'an order whose execution was aborted never ends',
  },
  {
    name: 'sweep-starts-nothing',
    file: 'src/domain/sweep-orders.ts',
    find: "if (state === 'MISSING') {",
    replace: "if (state === 'MISSING') return undefined;\n    if (state === 'MISSING') {",
    why: 'an order whose start was lost never ends',
  },
  {
    name: 'sweep-restarts-what-runs',
    file: 'src/domain/sweep-orders.ts',
    find: "if (state === 'RUNNING') return undefined;",
    replace: '',
    why: 'two executions work on one order',
    isRare: true,
  },
];
