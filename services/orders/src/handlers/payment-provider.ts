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
  return payments(PAYMENT_PROVIDER === 'sandbox' ? 'sandbox' : 'stripe', {
    documents,
    tableName: ORDERS_TABLE,
    stripeSecretArn: STRIPE_SECRET_ARN,
    now: () => new Date(),
    newId: ulid,
  });
}
