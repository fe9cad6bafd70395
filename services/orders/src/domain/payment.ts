import type { Money } from './order.ts';

/** What was captured, with the provider's own name for it. */
export interface Capture {
  readonly reference: string;
  readonly amount: Money;
}

/** How a charge came to nothing: given back, or never captured and impossible now. */
export interface Refund {
  readonly state: 'REFUNDED' | 'VOIDED';
  readonly reference?: string;
}

/** One charge of an order. `key` names it at the provider too: charges with one key capture once. */
export interface Charge {
  readonly key: string;
  readonly orderId: string;
  readonly amount: Money;
  /** What the customer's browser got from the provider for the means of payment. */
  readonly token: string;
}

/** A payment provider. */
export interface Payments {
  /** Whether the provider can be asked at all. @throws PaymentServiceException when it cannot */
  ready(): Promise<void>;
  /** @throws PaymentDeclined; PaymentServiceException when it is not known whether it has charged */
  charge(charge: Charge): Promise<Capture>;
  /** What was captured for a charge whose outcome is not known. @throws PaymentServiceException */
  find(charge: Charge): Promise<Capture | undefined>;
  /**
   * Gives back what was captured, or sees to it that nothing can be captured any more, also by an attempt that is
   * still on its way. Repeating it changes nothing. @throws PaymentServiceException
   */
  refund(charge: Charge): Promise<Refund>;
}

/** The name of an order's one charge, at the provider and in the ledger. */
export const chargeKey = (orderId: string): string => `${orderId}:charge`;
