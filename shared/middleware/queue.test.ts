import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { Throttled } from '../errors.ts';
import { lambdaContext } from '../testing/http-event.ts';
import { collectedLogLines } from '../testing/log-lines.ts';
import { queueHandler } from './queue.ts';

const lines = collectedLogLines();

const schema = z.strictObject({ chunk: z.string() });

const batchOf = (...bodies: string[]) => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index + 1}`,
    receiptHandle: 'handle',
    body,
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:import',
    awsRegion: 'eu-west-1',
  })),
});
const failed = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});
/** A consumer that fails by the chunk "bad", and the messages that it got. */
const consumer = () => {
  const got: unknown[] = [];
  const consume = queueHandler(schema, async (message, messageId) => {
    got.push([message, messageId]);
    if (message.chunk === 'bad') throw new Throttled('slow down');
    if (message.chunk === 'broken') throw new RangeError('no luck');
  });
  return { got, consume };
};

describe('a consumer of a queue', () => {
  it('gets the messages of a batch in their order, with their ids', async () => {
    const { got, consume } = consumer();
    expect(await consume(batchOf('{"chunk":"a"}', '{"chunk":"b"}'), lambdaContext)).toEqual(failed());
    expect(got).toEqual([
      [{ chunk: 'a' }, 'message-1'],
      [{ chunk: 'b' }, 'message-2'],
    ]);
  });

  it('reports the messages that fail, and goes on with the others', async () => {
    const { got, consume } = consumer();
    const batch = batchOf('{"chunk":"bad"}', '{"chunk":"a"}', '{"chunk":"broken"}');
    expect(await consume(batch, lambdaContext)).toEqual(failed('message-1', 'message-3'));
    expect(got).toHaveLength(3);
    expect(lines).toMatchObject([
      { level: 'WARN', messageId: 'message-1', error: { name: 'Throttled' } },
      { level: 'ERROR', messageId: 'message-3', error: { name: 'RangeError' } },
      { level: 'INFO', message: 'The batch of messages is done.' },
    ]);
  });

  it.each([
    ['is no JSON', 'a', 'The message message-1 is not valid JSON.'],
    ['is in another shape', '{"chunk":1}', /^The message message-1 is not valid: \/chunk /],
  ])('reports a message that %s, without seeing it', async (_, body, reason) => {
    const { got, consume } = consumer();
    expect(await consume(batchOf(body, '{"chunk":"a"}'), lambdaContext)).toEqual(failed('message-1'));
    expect(got).toEqual([[{ chunk: 'a' }, 'message-2']]);
    expect(lines[0]).toMatchObject({
      level: 'WARN',
      error: { name: 'InvalidInput', message: expect.stringMatching(reason) },
    });
  });

  it('begins no message that there is no time for', async () => {
    const left = [5_000, 4_999, 4_999].values();
    const { got, consume } = consumer();
    const batch = batchOf('{"chunk":"a"}', '{"chunk":"b"}', '{"chunk":"c"}');
    const context = { ...lambdaContext, getRemainingTimeInMillis: () => left.next().value ?? 0 };
    expect(await consume(batch, context)).toEqual(failed('message-2', 'message-3'));
    expect(got).toEqual([[{ chunk: 'a' }, 'message-1']]);
  });

  it('fails by an event that is no batch of messages', async () => {
    await expect(consumer().consume({ Records: [{ Sns: {} }] }, lambdaContext)).rejects.toThrow(
      'The batch of messages is not valid: /Records/0/messageId is required; /Records/0/body is required.',
    );
  });
});
