import Stripe from 'stripe';
import { PaymentDeclined, PaymentServiceException } from '../domain/order-errors.ts';
import type { Capture, Charge, Payments, Refund } from '../domain/payment.ts';
import type { StripeKey } from './stripe-key.ts';
import { type StripeRequests, stripeRequests } from './stripe-payments-api.ts';

export interface StripeAccount {
  readonly stripe: (key: string) => Stripe;
  readonly key: StripeKey;
  readonly now: () => Date;
  readonly requestMs?: number;
}

/** All requests of a call: its function asks what became of a charge and charges within 25 seconds. */
const CALL_MS = 10_000;

/**
 * Payments by Stripe, each of them a PaymentIntent that is made under the key of the charge and then confirmed.
 * Whoever asks for the intent under that key gets the same one, and one intent captures at most once. Stripe keeps a
 * key for 24 hours or longer, and an order's attempts follow one another within minutes; for the order whose refund
 * takes days there is the search by order id, which by then knows every intent of the order.
 *
 * What Stripe holds to be invalid is declined, since it does not get better; a key that it does not take is a
 * PaymentServiceException, and is read anew by the next call.
 */
export function stripePayments({ stripe, key, now, requestMs = 4_500 }: StripeAccount): Payments {
  async function call<Answer>(work: (requests: StripeRequests) => Promise<Answer>): Promise<Answer> {
    const endsAt = now().getTime() + CALL_MS;
    try {
      return await work(stripeRequests(stripe(await key.read()), { requestMs, endsAt, now }));
    } catch (error) {
      if (error instanceof StripeAuthenticationError) key.forget();
      throw translate(error);
    }
  }

  return {
    async ready() {
      await key.read();
    },

    charge: (charge) =>
      call(async (requests) => {
        try {
          const { id } = await requests.create(charge);
          return captureOf(await confirm(requests, id), charge);
        } catch (error) {
          throw isInvalid(error) ? declined(error) : error;
        }
      }),

    find: (charge) =>
      call(async (requests) => {
        const intents = await intentsOf(requests, charge);
        if (intents.some(({ status }) => status === 'processing')) throw unsettled('processing');
        const captured = intents.find((intent) => intent.status === 'succeeded' && !isRefunded(intent));
        return captured && captureOf(captured, charge);
      }),

    refund: (charge) =>
      call(async (requests) => {
        let refund: Refund = { state: 'VOIDED' };
        for (const intent of await intentsOf(requests, charge)) {
          const undone = await undo(requests, intent, charge.orderId);
          if (undone.state === 'REFUNDED') refund = undone;
        }
        return refund;
      }),
  };
}

async function confirm(requests: StripeRequests, id: string): Promise<Stripe.PaymentIntent> {
  try {
    return await requests.confirm(id);
  } catch (error) {
    if (!isUnexpectedState(error)) throw error;
    return await requests.retrieve(id);
  }
}

/** The intent under the charge's key, and what there is of the order from before Stripe forgot that key. */
async function intentsOf(requests: StripeRequests, charge: Charge): Promise<Stripe.PaymentIntent[]> {
  const current = await currentIntent(requests, charge);
  const known = await requests.search(charge.orderId);
  return current ? [current, ...known.filter(({ id }) => id !== current.id)] : known;
}

async function currentIntent(
  requests: StripeRequests,
  charge: Charge,
): Promise<Stripe.PaymentIntent | undefined> {
  try {
    const { id } = await requests.create(charge);
    // What comes under a known key is the intent as it was at first.
    return await requests.retrieve(id);
  } catch (error) {
    if (isInvalid(error) || isRepeated(error)) return undefined;
    throw error;
  }
}

/** @throws PaymentDeclined, PaymentServiceException when the intent has captured nothing */
function captureOf(intent: Stripe.PaymentIntent, { amount }: Charge): Capture {
  switch (intent.status) {
    case 'succeeded':
      if (isRefunded(intent)) throw new PaymentDeclined('the charge was given back');
      return { reference: intent.id, amount };
    case 'canceled':
      throw new PaymentDeclined('the charge was cancelled');
    case 'requires_payment_method':
      throw new PaymentDeclined(codeOf(intent.last_payment_error));
    case 'requires_action':
      // The customer has gone: nobody is there to act.
      throw new PaymentDeclined('requires_action');
    default:
      throw unsettled(intent.status);
  }
}

async function undo(
  requests: StripeRequests,
  { id, status }: Stripe.PaymentIntent,
  orderId: string,
): Promise<Refund> {
  if (status === 'canceled') return { state: 'VOIDED' };
  if (status === 'succeeded') return await giveBack(requests, id, orderId);
  try {
    await requests.cancel(id);
    return { state: 'VOIDED' };
  } catch (error) {
    if (!isUnexpectedState(error)) throw error;
    const latest = await requests.retrieve(id);
    if (latest.status === 'canceled') return { state: 'VOIDED' };
    if (latest.status === 'succeeded') return await giveBack(requests, id, orderId);
    throw unsettled(latest.status);
  }
}

async function giveBack(requests: StripeRequests, id: string, orderId: string): Promise<Refund> {
  try {
    const refund = await requests.refund(id, orderId);
    if (refund.status === 'failed' || refund.status === 'canceled') {
      throw new PaymentServiceException(`refund ${refund.id} is ${refund.status}`);
    }
    return { state: 'REFUNDED', reference: refund.id };
  } catch (error) {
    if (isInvalid(error) && error.code === 'charge_already_refunded') return { state: 'REFUNDED' };
    throw error;
  }
}

const isRefunded = ({ latest_charge }: Stripe.PaymentIntent) =>
  typeof latest_charge === 'object' && latest_charge?.refunded === true;

const { StripeAuthenticationError, StripeCardError, StripeError, StripeInvalidRequestError } = Stripe.errors;

const isInvalid = (error: unknown) => error instanceof StripeInvalidRequestError;
const isUnexpectedState = (error: unknown) =>
  isInvalid(error) && error.code === 'payment_intent_unexpected_state';
/** The first request under this key failed, and all others get its answer: nobody can have confirmed an intent. */
const isRepeated = (error: unknown) =>
  error instanceof StripeError && error.headers?.['idempotent-replayed'] === 'true';

interface Failure {
  readonly decline_code?: string;
  readonly code?: string;
}

const codeOf = (failure: Failure | null | undefined) =>
  failure?.decline_code || failure?.code || 'no reason given';
const declined = (error: Stripe.errors.StripeError) =>
  new PaymentDeclined(codeOf(error), { cause: bare(error) });
const unsettled = (status: string) => new PaymentServiceException(`the payment is ${status}`);

function translate(error: unknown): unknown {
  if (error instanceof StripeCardError) return declined(error);
  if (!(error instanceof StripeError)) return error;
  return new PaymentServiceException(`Stripe: ${codeOf({ code: error.code ?? error.type })}`, {
    cause: bare(error),
  });
}

/** Stripe's errors carry the intent with the customer's address and the card: none of it belongs in a log. */
function bare({ type, statusCode, code, requestId, detail }: Stripe.errors.StripeError): Error {
  const facts = [type, statusCode, code, requestId].filter((fact) => fact !== undefined);
  return new Error(facts.join(' '), detail instanceof Error ? { cause: detail } : {});
}
