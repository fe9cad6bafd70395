import { ulid } from 'ulid';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { payments } from '../adapters/payments.ts';
import type { Payments } from '../domain/payment.ts';

/** The payment provider that the function is deployed with. */
export function paymentProvider(): Payments {
  const { ORDERS_TABLE, PAYMENT_PROVIDER, STRIPE_SECRET_ARN } = readEnv([
    'ORDERS_TABLE',
    'PAYMENT_PROVIDER',
    'STRIPE_SECRET_ARN',
  ]);
  if (PAYMENT_PROVIDER !== 'sandbox' && PAYMENT_PROVIDER !== 'stripe') {
    throw new Error(`PAYMENT_PROVIDER is "${PAYMENT_PROVIDER}"; it may be sandbox or stripe.`);
  }
  return payments(PAYMENT_PROVIDER, {
    documents,
    tableName: ORDERS_TABLE,
    stripeSecretArn: STRIPE_SECRET_ARN,
    now: () => new Date(),
    newId: ulid,
  });
}
