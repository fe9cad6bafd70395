import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Payments } from '../domain/payment.ts';
import { sandboxPayments } from './sandbox-payments.ts';

export interface PaymentSettings {
  readonly documents: DynamoDBDocumentClient;
  /** Where the sandbox keeps its charges. */
  readonly tableName: string;
  /** Where Stripe's secret key is; the sandbox needs none. */
  readonly stripeSecretArn: string;
  /** Where something stands in for Stripe. */
  readonly stripeAddress?: URL;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** The payments of a provider. What only Stripe needs is evaluated at its first call, and never for the sandbox. */
export function payments(provider: 'sandbox' | 'stripe', settings: PaymentSettings): Payments {
  if (provider === 'sandbox') return sandboxPayments(settings);
  let connected: Promise<Payments> | undefined;
  const stripe = () => {
    connected ??= connect(settings).catch((error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  };
  return {
    ready: async () => (await stripe()).ready(),
    charge: async (charge) => (await stripe()).charge(charge),
    find: async (charge) => (await stripe()).find(charge),
    refund: async (charge) => (await stripe()).refund(charge),
  };
}

async function connect({ stripeSecretArn, stripeAddress, now }: PaymentSettings): Promise<Payments> {
  const { stripePayments } = await import('./stripe-payments.ts');
  const { stripeClient } = await import('./stripe-payments-api.ts');
  const { secretsManager, stripeKey } = await import('./stripe-key.ts');
  return stripePayments({
    stripe: (key) => stripeClient(key, stripeAddress),
    key: stripeKey({ secrets: secretsManager, secretArn: stripeSecretArn, now }),
    now,
  });
}
