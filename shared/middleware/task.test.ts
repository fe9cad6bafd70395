import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { Conflict, InvalidInput } from '../errors.ts';
import { metrics } from '../logger.ts';
import { lambdaContext } from '../testing/http-event.ts';
import { collectedLogLines } from '../testing/log-lines.ts';
import { taskHandler } from './task.ts';

const lines = collectedLogLines();

const schema = z.strictObject({ orderId: z.string().check(z.minLength(3)), attempt: z.int() });
const keysOf = ({ orderId }: { orderId: string }) => ({ orderId });
const input = { orderId: 'order-1', attempt: 0 };

/** What a task that fails with the error throws. */
const thrownBy = (error: unknown) =>
  taskHandler(
    schema,
    async () => {
      throw error;
    },
    keysOf,
  )(input, lambdaContext).catch((thrown: unknown) => thrown);

describe('a task', () => {
  it('gets the input that its schema lets through, and answers what it returns', async () => {
    const task = taskHandler(schema, async (given) => ({ given }));
    expect(await task(input, lambdaContext)).toEqual({ given: { orderId: 'order-1', attempt: 0 } });
  });

  it('may answer nothing', async () => {
    expect(await taskHandler(schema, async () => undefined)(input, lambdaContext)).toBeUndefined();
  });

  it.each([
    [
      'a field is wrong',
      { orderId: 'or', attempt: 0 },
      '/orderId Too small: expected string to have >=3 characters',
    ],
    ['a field is missing', { orderId: 'order-1' }, '/attempt is required'],
    ['there is one too many', { ...input, total: 1 }, '/total is not a known field'],
    ['it is no object', 'order-1', 'it Invalid input: expected object, received string'],
  ])('is not run when %s, and the message says so', async (_, given, wrong) => {
    let isRun = false;
    const task = taskHandler(schema, async () => {
      isRun = true;
    });
    const error = await task(given, lambdaContext).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error).toMatchObject({ message: `The input of the task is not valid: ${wrong}.` });
    expect(isRun).toBe(false);
  });

  it('names every field that is wrong', async () => {
    const task = taskHandler(schema, async () => undefined);
    await expect(task({ more: 1 }, lambdaContext)).rejects.toThrow(
      'The input of the task is not valid: /orderId is required; /attempt is required; /more is not a known field.',
    );
  });

  it('throws the very error of its work, by whose name the state machine decides', async () => {
    class PaymentDeclined extends Conflict {}
    const error = new PaymentDeclined('PAYMENT_DECLINED: no');
    expect(await thrownBy(error)).toBe(error);
    expect(error.name).toBe('PaymentDeclined');
  });
});

describe('the log of a task', () => {
  it('has one line with its duration, its keys and the invocation', async () => {
    await taskHandler(schema, async () => undefined, keysOf)(input, lambdaContext);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'INFO',
      message: 'The task is done.',
      orderId: 'order-1',
      durationMs: expect.any(Number),
      function_name: 'shop-test',
      function_request_id: 'invocation-1',
    });
  });

  it('has nothing of the input but the keys', async () => {
    const task = taskHandler(z.looseObject({}), async () => undefined);
    await task({ paymentToken: 'tok_secret' }, lambdaContext);
    await thrownBy(new Conflict('no'));
    expect(JSON.stringify(lines)).not.toContain('tok_secret');
  });

  it('has our own errors whole, as warnings', async () => {
    await thrownBy(new Conflict('The order is closed.', { cause: new Error('inner') }));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'WARN',
      message: 'The task failed.',
      orderId: 'order-1',
      durationMs: expect.any(Number),
      error: { name: 'Conflict', message: 'The order is closed.', cause: { message: 'inner' } },
    });
  });

  it('has all other errors whole, as errors, and counts them', async () => {
    await thrownBy(new TypeError('x is not a function'));
    expect(lines.find((line) => '_aws' in line)).toMatchObject({ Faults: 1, service: 'shop' });
    expect(lines.filter((line) => !('_aws' in line)).map(({ level, error }) => ({ level, error }))).toEqual([
      {
        level: 'ERROR',
        error: expect.objectContaining({ name: 'TypeError', message: 'x is not a function' }),
      },
    ]);
  });

  it('keeps no keys of the task before', async () => {
    await taskHandler(schema, async () => undefined, keysOf)(input, lambdaContext);
    await taskHandler(schema, async () => undefined)(input, lambdaContext);
    expect(lines[1]).not.toHaveProperty('orderId');
  });

  it.each([
    ['done', async () => undefined],
    [
      'failed',
      async () => {
        throw new Conflict('no');
      },
    ],
  ])('has what was counted when the task is %s', async (_, outcome) => {
    const task = taskHandler(schema, async () => {
      metrics.addMetric('OrdersReserved', 'Count', 1);
      return outcome();
    });
    await task(input, lambdaContext).catch(() => undefined);
    expect(lines.filter((line) => '_aws' in line)).toMatchObject([{ OrdersReserved: 1, service: 'shop' }]);
  });
});

describe('a task that takes too long', () => {
  it('is not answered before Lambda stops it', async () => {
    const task = taskHandler(schema, () => delay(5, 'late'));
    expect(await task(input, { ...lambdaContext, getRemainingTimeInMillis: () => 0 })).toBe('late');
  });
});
