import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { translateDynamodbFailure } from '../../../../shared/dynamodb.ts';
import type { Money } from '../domain/order.ts';
import { PaymentDeclined, PaymentServiceException } from '../domain/order-errors.ts';
import type { Capture, Charge, Payments } from '../domain/payment.ts';

export interface Sandbox {
  readonly documents: DynamoDBDocumentClient;
  readonly tableName: string;
  /** What the provider waits for between being asked and capturing. */
  readonly pause?: () => Promise<unknown>;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** A charge as the sandbox keeps it; a voided one was never captured and never will be. */
export interface SandboxCharge {
  readonly key: string;
  readonly state: 'CAPTURED' | 'REFUNDED' | 'VOIDED';
  readonly amount: Money;
  /** The provider's names for the capture and for the refund. */
  readonly reference?: string;
  readonly refund?: string;
  /** ISO 8601 in UTC. */
  readonly capturedAt?: string;
  readonly refundedAt?: string;
  readonly voidedAt?: string;
}

const TOKENS = ['tok_ok', 'tok_flaky', 'tok_timeout'];
const FLAKY_FAILURES = 2;

const partition = (orderId: string) => `sandbox#${orderId}`;
const row = ({ orderId, key }: Pick<Charge, 'orderId' | 'key'>) => ({
  orderId: partition(orderId),
  record: `charge#${key}`,
});

/**
 * A payment provider that lives in rows of the orders table, beside the order and not with it. The token says what
 * happens: `tok_ok` is captured, `tok_flaky` after two failures, `tok_timeout` is captured and the answer lost, and
 * every other token is declined. Charges with one key are captured once; charges with an empty key are captured
 * each time, so that a double charge can be seen.
 */
export function sandboxPayments({ documents, tableName, pause, now, newId }: Sandbox): Payments {
  /** Remembers the failure under the name of this call: written twice, it is one failure. */
  async function fails({ orderId, key }: Charge, call: string): Promise<boolean> {
    const command = new UpdateCommand({
      TableName: tableName,
      Key: { orderId: partition(orderId), record: `attempts#${key}` },
      UpdateExpression: 'ADD failures :calls',
      ConditionExpression:
        'attribute_not_exists(failures) OR size(failures) < :most OR contains(failures, :call)',
      ExpressionAttributeValues: { ':calls': new Set([call]), ':call': call, ':most': FLAKY_FAILURES },
    });
    return (await unlessRefused(documents.send(command))) === undefined;
  }

  /** Answers the charge that was there before, and then adds nothing. */
  async function add(at: ReturnType<typeof row>, charge: SandboxCharge): Promise<SandboxCharge | undefined> {
    const command = new PutCommand({
      TableName: tableName,
      Item: { ...charge, ...at },
      ConditionExpression: 'attribute_not_exists(orderId)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return await unlessRefused(documents.send(command));
  }

  async function capture({ orderId, key, amount }: Charge, call: string): Promise<Capture> {
    const at = row({ orderId, key: key || `#${call}` });
    const capturedAt = now().toISOString();
    const earlier = await add(at, { key, state: 'CAPTURED', amount, reference: call, capturedAt });
    if (earlier?.state === 'VOIDED') throw new PaymentDeclined('the charge was cancelled');
    if (earlier?.state === 'REFUNDED') throw new PaymentDeclined('the charge was given back');
    if (earlier && !isSame(earlier.amount, amount)) {
      throw new PaymentServiceException(`the key ${key} was used for another amount`);
    }
    return { reference: earlier?.reference ?? call, amount };
  }

  async function giveBack(charge: Charge, refund: string): Promise<string | undefined> {
    const command = new UpdateCommand({
      TableName: tableName,
      Key: row(charge),
      UpdateExpression: 'SET #state = :refunded, refund = :refund, refundedAt = :now',
      ConditionExpression: '#state = :captured',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':captured': 'CAPTURED',
        ':refunded': 'REFUNDED',
        ':refund': refund,
        ':now': now().toISOString(),
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const earlier = await unlessRefused(documents.send(command));
    return earlier ? earlier.refund : refund;
  }

  return {
    ready: async () => {},

    charge: (charge) =>
      translated(async () => {
        if (!TOKENS.includes(charge.token)) throw new PaymentDeclined('card_declined');
        const call = newId();
        if (charge.token === 'tok_flaky' && (await fails(charge, call))) {
          throw new PaymentServiceException('the provider is out of order');
        }
        await pause?.();
        const captured = await capture(charge, call);
        if (charge.token === 'tok_timeout') throw new PaymentServiceException('the provider did not answer');
        return captured;
      }),

    find: (charge) =>
      translated(async () => {
        const { Item } = await documents.send(
          new GetCommand({ TableName: tableName, Key: row(charge), ConsistentRead: true }),
        );
        const { state, reference, amount } = (Item ?? {}) as Partial<SandboxCharge>;
        return state === 'CAPTURED' && reference && amount ? { reference, amount } : undefined;
      }),

    refund: (charge) =>
      translated(async () => {
        const { key, amount } = charge;
        const voidedAt = now().toISOString();
        const earlier = await add(row(charge), { key, state: 'VOIDED', amount, voidedAt });
        if (!earlier || earlier.state === 'VOIDED') return { state: 'VOIDED' };
        const reference = await giveBack(charge, newId());
        return { state: 'REFUNDED', ...(reference && { reference }) };
      }),
  };
}

/** What the sandbox keeps of an order's charges, for tests and simulations. */
export async function sandboxCharges(
  documents: DynamoDBDocumentClient,
  tableName: string,
  orderId: string,
): Promise<readonly SandboxCharge[]> {
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'orderId = :order AND begins_with(#record, :charges)',
      ExpressionAttributeNames: { '#record': 'record' },
      ExpressionAttributeValues: { ':order': partition(orderId), ':charges': 'charge#' },
      ConsistentRead: true,
    }),
  );
  return Items.map(({ orderId: _, record: __, ...charge }) => charge as SandboxCharge);
}

/** The row that made DynamoDB refuse the write; undefined when the write was done. */
async function unlessRefused(write: Promise<unknown>): Promise<SandboxCharge | undefined> {
  try {
    await write;
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return unmarshall(error.Item ?? {}) as SandboxCharge;
  }
}

async function translated<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw translateDynamodbFailure(error);
  }
}

const isSame = (one: Money, other: Money) => one.amount === other.amount && one.currency === other.currency;
