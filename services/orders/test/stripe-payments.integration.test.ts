import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stripePayments } from '../src/adapters/stripe-payments.ts';
import { stripeClient } from '../src/adapters/stripe-payments-api.ts';
import { PaymentDeclined, PaymentServiceException } from '../src/domain/order-errors.ts';
import type { Charge, Payments } from '../src/domain/payment.ts';
import { capture, type Intent, type StripeServer, startStripeServer } from './stripe-server.ts';

let stripe: StripeServer;
let payments: Payments;
/** What the secret holds, and what the function instance remembers of it. */
let secret: string;
let remembered: string | undefined;
let time: number;

const charge = (changes: Partial<Charge> = {}): Charge => ({
  key: '01ORDER:charge',
  orderId: '01ORDER',
  amount: { amount: 4_990, currency: 'EUR' },
  token: 'pm_card_visa',
  ...changes,
});
const DECLINED = charge({ token: 'pm_card_visa_chargeDeclinedInsufficientFunds' });
const CAPTURE = { reference: 'pi_1', amount: { amount: 4_990, currency: 'EUR' } };

const actions = () => stripe.requests.map(({ action }) => action);
const statuses = () => stripe.intents.map(({ status }) => status);
const only = () => stripe.intents[0] as Intent;

beforeEach(async () => {
  stripe = await startStripeServer();
  secret = 'sk_test_1';
  remembered = undefined;
  time = Date.parse('2026-11-22T10:00:00Z');
  payments = stripePayments({
    stripe: (key) => stripeClient(key, stripe.address),
    key: {
      async read() {
        remembered ??= secret;
        return remembered;
      },
      forget() {
        remembered = undefined;
      },
    },
    now: () => new Date(time),
    requestMs: 200,
  });
});
afterEach(() => stripe.stop());

describe('a charge by Stripe', () => {
  it('makes an intent for the order, confirms it and answers what was captured', async () => {
    expect(await payments.charge(charge())).toEqual(CAPTURE);
    expect(stripe.requests).toEqual([
      {
        action: 'create',
        parameters: {
          amount: '4990',
          currency: 'eur',
          payment_method: 'pm_card_visa',
          confirm: 'false',
          capture_method: 'automatic',
          'automatic_payment_methods[enabled]': 'true',
          'automatic_payment_methods[allow_redirects]': 'never',
          'metadata[orderId]': '01ORDER',
        },
      },
      { action: 'confirm', parameters: {} },
    ]);
  });

  it('of an order is made once, however often it is asked for', async () => {
    await payments.charge(charge());
    expect(await payments.charge(charge())).toEqual(CAPTURE);
    expect(statuses()).toEqual(['succeeded']);
  });

  it.each([
    ['JPY', 500, '500'],
    ['KWD', 500, '500'],
    ['ISK', 500, '50000'],
    ['UGX', 500, '50000'],
    ['MGA', 700, '7'],
  ])('in %s is in the units that Stripe counts', async (currency, amount, sent) => {
    const given = { amount, currency };
    expect(await payments.charge(charge({ amount: given }))).toEqual({ reference: 'pi_1', amount: given });
    expect(stripe.requests[0]?.parameters).toMatchObject({ amount: sent });
  });

  it.each([
    ['the bank refuses', DECLINED, 'PAYMENT_DECLINED: insufficient_funds'],
    [
      'the customer would have to confirm',
      charge({ token: 'pm_card_authenticationRequired' }),
      'PAYMENT_DECLINED: requires_action',
    ],
    ['Stripe does not know', charge({ token: 'tok_ok' }), 'PAYMENT_DECLINED: resource_missing'],
  ])('that %s is declined, the second time too', async (_, refused, message) => {
    const declined = { name: 'PaymentDeclined', message };
    await expect(payments.charge(refused)).rejects.toMatchObject(declined);
    await expect(payments.charge(refused)).rejects.toMatchObject(declined);
    expect(await payments.find(refused)).toBeUndefined();
    expect(await payments.refund(refused)).toEqual({ state: 'VOIDED' });
  });

  it('that is declined says nothing of the customer', async () => {
    const error = await payments.charge(DECLINED).catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(PaymentDeclined);
    expect((error as Error).cause).toEqual(new Error('StripeCardError 402 card_declined req_2'));
    expect(Object.keys((error as Error).cause as Error)).toEqual([]);
  });

  it('is known although the answers to its confirmation are lost', async () => {
    stripe.fail('confirm', 'lost', 'lost');
    await expect(payments.charge(charge())).rejects.toThrow(PaymentServiceException);
    expect(await payments.find(charge())).toEqual(CAPTURE);
    expect(await payments.charge(charge())).toEqual(CAPTURE);
    expect(statuses()).toEqual(['succeeded']);
  });

  it('is made once though the answers to its intent are lost', async () => {
    stripe.fail('create', 'lost', 'lost');
    await expect(payments.charge(charge())).rejects.toThrow(PaymentServiceException);
    expect(await payments.find(charge())).toBeUndefined();
    expect(await payments.charge(charge())).toEqual(CAPTURE);
    expect(statuses()).toEqual(['succeeded']);
  });

  it('is not known when Stripe does not answer in time, and may be made later', async () => {
    stripe.fail('confirm', 'silence', 'silence');
    await expect(payments.charge(charge())).rejects.toThrow(PaymentServiceException);
    expect(await payments.charge(charge())).toEqual(CAPTURE);
  });

  it('asks for nothing more when its time is over', async () => {
    stripe.before('create', () => {
      time += 9_400;
    });
    await expect(payments.charge(charge())).rejects.toThrow('PAYMENT_UNAVAILABLE: Stripe takes too long');
    expect(actions()).toEqual(['create']);
  });

  it.each([
    ['too many requests', [429]],
    ['a request that is still running under the key', [409, 409]],
    ['a fault of the confirmation', [500, 500]],
  ] as const)('is tried again after %s', async (_, faults) => {
    stripe.fail('confirm', ...faults);
    await expect(payments.charge(charge())).rejects.toThrow(PaymentServiceException);
    expect(await payments.find(charge())).toBeUndefined();
    expect(await payments.charge(charge())).toEqual(CAPTURE);
  });

  it('that waits for the bank is not made a second time', async () => {
    stripe.before('confirm', () => {
      only().status = 'processing';
    });
    await expect(payments.charge(charge())).rejects.toThrow('PAYMENT_UNAVAILABLE: the payment is processing');
    await expect(payments.find(charge())).rejects.toThrow('PAYMENT_UNAVAILABLE: the payment is processing');
    await expect(payments.refund(charge())).rejects.toThrow('PAYMENT_UNAVAILABLE: the payment is processing');
  });

  it('with the key of another amount changes nothing', async () => {
    await payments.charge(charge());
    const other = charge({ amount: { amount: 1, currency: 'EUR' } });
    await expect(payments.charge(other)).rejects.toThrow(PaymentServiceException);
    expect(stripe.intents).toHaveLength(1);
  });

  it('waits for the operator who puts in the right key', async () => {
    secret = 'sk_test_wrong';
    await expect(payments.charge(charge())).rejects.toThrow(PaymentServiceException);
    secret = 'sk_test_1';
    expect(await payments.charge(charge())).toEqual(CAPTURE);
  });
});

describe('a refund by Stripe', () => {
  it('gives back what was captured, once', async () => {
    await payments.charge(charge());
    expect(await payments.refund(charge())).toEqual({ state: 'REFUNDED', reference: 're_1' });
    expect(await payments.refund(charge())).toEqual({ state: 'REFUNDED', reference: 're_1' });
    expect(stripe.refunds).toEqual(['ch_pi_1']);
  });

  it('is done when somebody gave the money back by hand', async () => {
    await payments.charge(charge());
    Object.assign(only().latest_charge ?? {}, { refunded: true });
    expect(await payments.refund(charge())).toEqual({ state: 'REFUNDED' });
  });

  it('is done once though the answers are lost', async () => {
    await payments.charge(charge());
    stripe.fail('refund', 'lost', 'lost');
    await expect(payments.refund(charge())).rejects.toThrow(PaymentServiceException);
    expect(await payments.refund(charge())).toEqual({ state: 'REFUNDED', reference: 're_1' });
    expect(stripe.refunds).toEqual(['ch_pi_1']);
  });

  it('is done when the bank takes its time for it', async () => {
    await payments.charge(charge());
    stripe.refundsAre('pending');
    expect(await payments.refund(charge())).toEqual({ state: 'REFUNDED', reference: 're_1' });
  });

  it('is not done when the bank does not take the money back', async () => {
    await payments.charge(charge());
    stripe.refundsAre('failed');
    await expect(payments.refund(charge())).rejects.toThrow('PAYMENT_UNAVAILABLE: refund re_1 is failed');
  });

  it('lets a charge neither be found nor made again', async () => {
    await payments.charge(charge());
    await payments.refund(charge());
    expect(await payments.find(charge())).toBeUndefined();
    await expect(payments.charge(charge())).rejects.toThrow(new PaymentDeclined('the charge was given back'));
  });

  it('before a charge makes it impossible', async () => {
    expect(await payments.refund(charge())).toEqual({ state: 'VOIDED' });
    expect(await payments.refund(charge())).toEqual({ state: 'VOIDED' });
    await expect(payments.charge(charge())).rejects.toThrow(new PaymentDeclined('the charge was cancelled'));
    expect(await payments.find(charge())).toBeUndefined();
    expect(statuses()).toEqual(['canceled']);
  });

  it('stops a charge that is on its way', async () => {
    stripe.before('confirm', () => {
      only().status = 'canceled';
    });
    await expect(payments.charge(charge())).rejects.toThrow(new PaymentDeclined('the charge was cancelled'));
  });

  it('gives back what is captured while it cancels', async () => {
    stripe.before('cancel', () => capture(only()));
    expect(await payments.refund(charge())).toEqual({ state: 'REFUNDED', reference: 're_1' });
  });

  it('is done when another one cancels first', async () => {
    stripe.before('cancel', () => {
      only().status = 'canceled';
    });
    expect(await payments.refund(charge())).toEqual({ state: 'VOIDED' });
  });

  it('finds the charge after Stripe has forgotten its key', async () => {
    await payments.charge(charge());
    stripe.forgetKeys();
    expect(await payments.find(charge())).toEqual(CAPTURE);
    expect(await payments.find(charge())).toEqual(CAPTURE);
    expect(await payments.refund(charge())).toEqual({ state: 'REFUNDED', reference: 're_1' });
    expect(statuses()).toEqual(['succeeded', 'canceled']);
  });

  it('has nothing to do when Stripe could never make the intent', async () => {
    stripe.fail('create', 500);
    await expect(payments.charge(charge())).rejects.toThrow(PaymentServiceException);
    await expect(payments.charge(charge())).rejects.toThrow(PaymentServiceException);
    expect(await payments.refund(charge())).toEqual({ state: 'VOIDED' });
    expect(stripe.intents).toEqual([]);
  });

  it('waits while Stripe cannot be asked', async () => {
    await payments.charge(charge());
    stripe.fail('retrieve', 500, 500);
    await expect(payments.refund(charge())).rejects.toThrow(PaymentServiceException);
    expect(stripe.refunds).toEqual([]);
  });
});
