import {
  type GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { PaymentServiceException } from '../domain/order-errors.ts';
import { type StripeKey, stripeKey } from './stripe-key.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/stripe/dev-AbCdEf';
let held: () => { SecretString?: string };
let asked: string[];
let time: number;
let key: StripeKey;

beforeEach(() => {
  held = () => ({ SecretString: '{"secretKey": "sk_test_1"}' });
  asked = [];
  time = 0;
  const send = async ({ input }: GetSecretValueCommand) => {
    asked.push(input.SecretId ?? '');
    return held();
  };
  const secrets = { send } as unknown as SecretsManagerClient;
  key = stripeKey({ secrets, secretArn: ARN, now: () => new Date(time) });
});

describe('the key of Stripe', () => {
  it.each([
    ['as JSON', '{"secretKey": "sk_live_9aZ"}', 'sk_live_9aZ'],
    ['as it is', 'sk_live_9aZ\n', 'sk_live_9aZ'],
    ['as a restricted key', 'rk_live_9aZ', 'rk_live_9aZ'],
  ])('is read %s', async (_, SecretString, expected) => {
    held = () => ({ SecretString });
    expect(await key.read()).toBe(expected);
    expect(asked).toEqual([ARN]);
  });

  it('is read again after five minutes', async () => {
    await key.read();
    held = () => ({ SecretString: 'sk_test_2' });
    time = 299_999;
    expect(await key.read()).toBe('sk_test_1');
    time = 300_000;
    expect(await key.read()).toBe('sk_test_2');
  });

  it('is read again once it is forgotten', async () => {
    await key.read();
    held = () => ({ SecretString: 'sk_test_2' });
    key.forget();
    expect(await key.read()).toBe('sk_test_2');
  });

  it.each([
    ['an empty text', ''],
    ['what a template puts there', '{"secretKey": "put the key here"}'],
    ['a publishable key', 'pk_live_9aZ'],
    ['another shape', '{"key": "sk_live_9aZ"}'],
    ['null', 'null'],
    ['two keys', 'sk_live_9aZ sk_live_9aZ'],
  ])('is missing when the secret holds %s, which is not told', async (_, SecretString) => {
    held = () => ({ SecretString });
    await expect(key.read()).rejects.toMatchObject({
      name: 'PaymentServiceException',
      message: `PAYMENT_UNAVAILABLE: the secret ${ARN} has no key of Stripe`,
    });
  });

  it('is missing while nobody has put it there, and is read when it comes', async () => {
    const present = held;
    held = () => {
      throw new ResourceNotFoundException({ message: 'no AWSCURRENT', $metadata: {} });
    };
    await expect(key.read()).rejects.toThrow('has no key of Stripe');
    held = present;
    expect(await key.read()).toBe('sk_test_1');
  });

  it('is not known while Secrets Manager does not answer', async () => {
    held = () => {
      throw new Error('socket hang up');
    };
    await expect(key.read()).rejects.toThrow(PaymentServiceException);
    await expect(key.read()).rejects.toThrow(`PAYMENT_UNAVAILABLE: the secret ${ARN} cannot be read`);
  });
});
