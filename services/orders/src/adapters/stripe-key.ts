import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { PaymentServiceException } from '../domain/order-errors.ts';

/** Stripe's secret key, however it is kept. */
export interface StripeKey {
  /** @throws PaymentServiceException */
  read(): Promise<string>;
  /** Stripe does not take the key: whoever asks next gets it from where it is kept. */
  forget(): void;
}

export interface StripeSecret {
  readonly secrets: SecretsManagerClient;
  readonly secretArn: string;
  readonly now: () => Date;
}

const KEPT_MS = 5 * 60 * 1_000;

/** The client of a function instance; two calls without an answer take three seconds. */
export const secretsManager = new SecretsManagerClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_500, throwOnRequestTimeout: true },
});

/**
 * The key in a secret of Secrets Manager, as `{"secretKey": "sk_…"}` or as nothing but the key. A function instance
 * reads it every five minutes, so that a new key comes into use without a deployment.
 */
export function stripeKey({ secrets, secretArn, now }: StripeSecret): StripeKey {
  let known: { readonly key: string; readonly until: number } | undefined;

  async function load(): Promise<string> {
    const key = keyIn((await value()) ?? '');
    if (!key) throw new PaymentServiceException(`the secret ${secretArn} has no key of Stripe`);
    return key;
  }

  async function value(): Promise<string | undefined> {
    try {
      return (await secrets.send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString;
    } catch (cause) {
      // So it is for a secret that nobody has given a value yet, too.
      if (cause instanceof ResourceNotFoundException) return undefined;
      throw new PaymentServiceException(`the secret ${secretArn} cannot be read`, { cause });
    }
  }

  return {
    async read() {
      const time = now().getTime();
      if (!known || known.until <= time) known = { key: await load(), until: time + KEPT_MS };
      return known.key;
    },

    forget() {
      known = undefined;
    },
  };
}

/** Secret and restricted keys; anything else is what a template puts there until an operator does. */
function keyIn(secret: string): string | undefined {
  const [key] = /^[rs]k_\w+$/.exec(textIn(secret).trim()) ?? [];
  return key;
}

function textIn(secret: string): string {
  try {
    const held = JSON.parse(secret) as { secretKey?: unknown } | null;
    return String(held?.secretKey);
  } catch {
    return secret;
  }
}
