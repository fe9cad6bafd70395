import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { DependencyFailed } from '../../../shared/errors.ts';
import { payments } from '../src/adapters/payments.ts';
import { sandboxCharges, sandboxPayments } from '../src/adapters/sandbox-payments.ts';
import { PaymentDeclined, PaymentServiceException } from '../src/domain/order-errors.ts';
import type { Charge, Payments } from '../src/domain/payment.ts';

let cloud: LocalCloud;
let tableName: string;
let documents: DynamoDBDocumentClient;
let sandbox: Payments;
let lost = 0;
let orders = 0;
let ids = 0;

const amount = { amount: 4_990, currency: 'EUR' };
const now = () => new Date('2026-11-22T10:00:00Z');
const newId = () => `id-${++ids}`;
const charge = (changes: Partial<Charge> = {}): Charge => ({
  key: `order-${orders}:charge`,
  orderId: `order-${orders}`,
  amount,
  token: 'tok_ok',
  ...changes,
});
const kept = () => sandboxCharges(documents, tableName, `order-${orders}`);
const states = async () => (await kept()).map(({ state }) => state);
/** The replies to the client's next calls are lost after the work was done. */
const loseReplies = (count: number) => {
  lost = count;
};

beforeAll(async () => {
  cloud = await startLocalCloud({
    resources: {
      Resources: {
        OrdersTable: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: 'orders',
            BillingMode: 'PAY_PER_REQUEST',
            AttributeDefinitions: [
              { AttributeName: 'orderId', AttributeType: 'S' },
              { AttributeName: 'record', AttributeType: 'S' },
            ],
            KeySchema: [
              { AttributeName: 'orderId', KeyType: 'HASH' },
              { AttributeName: 'record', KeyType: 'RANGE' },
            ],
          },
        },
      },
    },
  });
  tableName = cloud.resources.OrdersTable ?? '';
  documents = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: cloud.endpoint, maxAttempts: 2 }));
  documents.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call);
      if (lost === 0) return answer;
      lost -= 1;
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    },
    { step: 'deserialize', priority: 'low' },
  );
  sandbox = sandboxPayments({ documents, tableName, now, newId });
});
afterAll(() => cloud.stop());
beforeEach(() => {
  orders += 1;
  ids = 0;
  lost = 0;
});

describe('a charge in the sandbox', () => {
  it('is captured once, however often it is asked for', async () => {
    const captures = await Promise.all([1, 2, 3, 4, 5].map(() => sandbox.charge(charge())));
    const [first] = captures;
    for (const capture of captures) expect(capture).toEqual(first);
    expect(await kept()).toEqual([
      {
        key: `order-${orders}:charge`,
        state: 'CAPTURED',
        amount: { amount: 4_990, currency: 'EUR' },
        reference: first?.reference,
        capturedAt: '2026-11-22T10:00:00.000Z',
      },
    ]);
  });

  it('without a key is captured each time', async () => {
    await sandbox.charge(charge({ key: '' }));
    await sandbox.charge(charge({ key: '' }));
    expect((await kept()).map(({ key, state }) => [key, state])).toEqual([
      ['', 'CAPTURED'],
      ['', 'CAPTURED'],
    ]);
  });

  it.each([['tok_declined'], ['tok_unheard_of']])(
    'with %s is declined, and nothing is kept',
    async (token) => {
      await expect(sandbox.charge(charge({ token }))).rejects.toThrow(PaymentDeclined);
      expect(await sandbox.find(charge({ token }))).toBeUndefined();
      expect(await kept()).toEqual([]);
    },
  );

  it('with tok_flaky fails twice, and then is captured once', async () => {
    const flaky = charge({ token: 'tok_flaky' });
    await expect(sandbox.charge(flaky)).rejects.toThrow(PaymentServiceException);
    await expect(sandbox.charge(flaky)).rejects.toThrow(PaymentServiceException);
    expect(await states()).toEqual([]);
    expect(await sandbox.charge(flaky)).toEqual({ reference: 'id-3', amount });
    expect(await sandbox.charge(flaky)).toEqual({ reference: 'id-3', amount });
    expect(await states()).toEqual(['CAPTURED']);
  });

  it('with tok_flaky fails for each key on its own', async () => {
    const flaky = charge({ token: 'tok_flaky' });
    await expect(sandbox.charge(flaky)).rejects.toThrow(PaymentServiceException);
    await expect(sandbox.charge(flaky)).rejects.toThrow(PaymentServiceException);
    await expect(sandbox.charge({ ...flaky, key: 'another' })).rejects.toThrow(PaymentServiceException);
  });

  it('with tok_flaky fails no less often when DynamoDB loses a reply', async () => {
    const flaky = charge({ token: 'tok_flaky' });
    loseReplies(1);
    await expect(sandbox.charge(flaky)).rejects.toThrow(PaymentServiceException);
    loseReplies(1);
    await expect(sandbox.charge(flaky)).rejects.toThrow(PaymentServiceException);
    expect(await sandbox.charge(flaky)).toEqual({ reference: 'id-3', amount });
  });

  it('with tok_timeout is captured, which is only known by asking', async () => {
    const slow = charge({ token: 'tok_timeout' });
    await expect(sandbox.charge(slow)).rejects.toThrow(PaymentServiceException);
    await expect(sandbox.charge(slow)).rejects.toThrow(PaymentServiceException);
    expect(await sandbox.find(slow)).toEqual({ reference: 'id-1', amount });
    expect(await states()).toEqual(['CAPTURED']);
  });

  it.each([['order:charge'], ['']])(
    'with the key "%s" is captured once when DynamoDB loses a reply',
    async (key) => {
      loseReplies(1);
      expect(await sandbox.charge(charge({ key }))).toEqual({ reference: 'id-1', amount });
      expect(await states()).toEqual(['CAPTURED']);
    },
  );

  it('is found when DynamoDB loses all replies', async () => {
    loseReplies(2);
    await expect(sandbox.charge(charge())).rejects.toThrow(DependencyFailed);
    expect(await sandbox.find(charge())).toEqual({ reference: 'id-1', amount });
    expect(await sandbox.charge(charge())).toEqual({ reference: 'id-1', amount });
    expect(await states()).toEqual(['CAPTURED']);
  });

  it.each([
    ['amount', { amount: 1, currency: 'EUR' }],
    ['currency', { amount: 4_990, currency: 'USD' }],
  ])('with the key of another %s changes nothing', async (_, other) => {
    await sandbox.charge(charge());
    await expect(sandbox.charge(charge({ amount: other }))).rejects.toThrow(PaymentServiceException);
    expect(await kept()).toMatchObject([{ amount: { amount: 4_990, currency: 'EUR' } }]);
  });

  it('is what a stage without a provider gets', async () => {
    const ofStage = payments('sandbox', { documents, tableName, stripeSecretArn: 'none', now, newId });
    expect(await ofStage.charge(charge())).toEqual({ reference: 'id-1', amount });
  });
});

describe('a refund in the sandbox', () => {
  it('gives back what was captured, once', async () => {
    await sandbox.charge(charge());
    expect(await sandbox.refund(charge())).toEqual({ state: 'REFUNDED', reference: 'id-2' });
    expect(await sandbox.refund(charge())).toEqual({ state: 'REFUNDED', reference: 'id-2' });
    expect(await kept()).toEqual([
      {
        key: `order-${orders}:charge`,
        state: 'REFUNDED',
        amount: { amount: 4_990, currency: 'EUR' },
        reference: 'id-1',
        capturedAt: '2026-11-22T10:00:00.000Z',
        refund: 'id-2',
        refundedAt: '2026-11-22T10:00:00.000Z',
      },
    ]);
  });

  it('lets a charge neither be found nor made again', async () => {
    await sandbox.charge(charge());
    await sandbox.refund(charge());
    expect(await sandbox.find(charge())).toBeUndefined();
    await expect(sandbox.charge(charge())).rejects.toThrow('PAYMENT_DECLINED: the charge was given back');
    expect(await states()).toEqual(['REFUNDED']);
  });

  it('before a charge makes it impossible', async () => {
    expect(await sandbox.refund(charge())).toEqual({ state: 'VOIDED' });
    expect(await sandbox.refund(charge())).toEqual({ state: 'VOIDED' });
    await expect(sandbox.charge(charge())).rejects.toThrow('PAYMENT_DECLINED: the charge was cancelled');
    expect(await sandbox.find(charge())).toBeUndefined();
    expect(await states()).toEqual(['VOIDED']);
  });

  it('stops a charge that is on its way', async () => {
    const pause = async () => {
      expect(await sandbox.refund(charge())).toEqual({ state: 'VOIDED' });
    };
    const slow = sandboxPayments({ documents, tableName, now, newId, pause });
    await expect(slow.charge(charge())).rejects.toThrow('PAYMENT_DECLINED: the charge was cancelled');
    expect(await states()).toEqual(['VOIDED']);
  });

  it('is done once when DynamoDB loses the replies', async () => {
    await sandbox.charge(charge());
    loseReplies(2);
    await expect(sandbox.refund(charge())).rejects.toThrow(DependencyFailed);
    loseReplies(1);
    expect(await sandbox.refund(charge())).toMatchObject({ state: 'REFUNDED' });
    expect(await states()).toEqual(['REFUNDED']);
  });

  it('of many at once is one', async () => {
    await sandbox.charge(charge());
    const refunds = await Promise.all([1, 2, 3, 4, 5].map(() => sandbox.refund(charge())));
    const [first] = refunds;
    expect(first?.state).toBe('REFUNDED');
    for (const refund of refunds) expect(refund).toEqual(first);
  });
});
