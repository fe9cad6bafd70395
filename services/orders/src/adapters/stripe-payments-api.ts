import Stripe from 'stripe';
import { PaymentServiceException } from '../domain/order-errors.ts';
import type { Charge } from '../domain/payment.ts';

/** A client of Stripe's API, or of what stands in for it at `address`. */
export function stripeClient(key: string, address?: URL): Stripe {
  return new Stripe(key, {
    telemetry: false,
    ...(address && {
      host: address.hostname,
      port: address.port,
      protocol: address.protocol === 'http:' ? 'http' : 'https',
    }),
  });
}

/** How long a request may take, and the time in milliseconds at which all of a call's requests are over. */
export interface TimeLimits {
  readonly requestMs: number;
  readonly endsAt: number;
  readonly now: () => Date;
}

/** The SDK's pause before it sends a request again. */
const PAUSE_MS = 500;
const SHORTEST_REQUEST_MS = 100;

/** The requests that payments are made of. Each of them is sent a second time when it gets no answer. */
export function stripeRequests({ paymentIntents, refunds }: Stripe, { requestMs, endsAt, now }: TimeLimits) {
  /** @throws PaymentServiceException when there is no time left for a request that is sent twice */
  function limits() {
    const timeout = Math.min(requestMs, Math.floor((endsAt - now().getTime() - PAUSE_MS) / 2));
    if (timeout < SHORTEST_REQUEST_MS) throw new PaymentServiceException('Stripe takes too long');
    return { timeout, maxNetworkRetries: 1 };
  }

  return {
    /**
     * The one intent of the charge: Stripe answers each request with this key as it answered the first one. These
     * parameters are part of that: with others the key is refused.
     */
    create: ({ key, orderId, amount, token }: Charge) =>
      paymentIntents.create(
        {
          amount: stripeAmount(amount),
          currency: amount.currency.toLowerCase(),
          payment_method: token,
          confirm: false,
          capture_method: 'automatic',
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          metadata: { orderId },
        },
        { ...limits(), idempotencyKey: key },
      ),

    // An intent captures once, whoever confirms it how often. With a key of ours Stripe would repeat its fault of the
    // first time for a day: https://docs.stripe.com/api/idempotent_requests
    confirm: (id: string) => paymentIntents.confirm(id, {}, limits()),

    retrieve: (id: string) => paymentIntents.retrieve(id, { expand: ['latest_charge'] }, limits()),

    /** Knows what is older than an hour, and mostly what is older than a minute. */
    search: async (orderId: string) => {
      const query = `metadata['orderId']:'${orderId}'`;
      const { data } = await paymentIntents.search({ query, expand: ['data.latest_charge'] }, limits());
      return data;
    },

    cancel: (id: string) => paymentIntents.cancel(id, {}, limits()),

    refund: (id: string, orderId: string) =>
      refunds.create({ payment_intent: id }, { ...limits(), idempotencyKey: `${orderId}:refund` }),
  };
}

export type StripeRequests = ReturnType<typeof stripeRequests>;

/** Hundredths of what Stripe counts in one minor unit, where that is not one: https://docs.stripe.com/currencies */
const HUNDREDTHS: Readonly<Record<string, number>> = { ISK: 10_000, UGX: 10_000, MGA: 1 };

const stripeAmount = ({ amount, currency }: Charge['amount']) =>
  (amount * (HUNDREDTHS[currency] ?? 100)) / 100;
