import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { confirm } from './confirm.ts';
import { letterReport, planReport, queueReport } from './report.ts';

const SENT = Date.UTC(2026, 10, 1, 12);
const queue = {
  name: 'shop-import-dead-letters-prod',
  arn: 'arn:aws:sqs:eu-west-1:123456789012:shop-import-dead-letters-prod',
  waiting: 3,
  inFlight: 1,
};
const letter = {
  MessageId: 'a1',
  Body: '{"row":{"id":"mug"}}',
  Attributes: {
    SentTimestamp: String(SENT),
    ApproximateReceiveCount: '6',
    DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:shop-import-prod',
  },
};

describe('a report', () => {
  it('lists a queue with what it has seen of it, and says how much it has not', () => {
    expect(queueReport(queue, [letter], SENT + 200_000)).toBe(
      [
        'shop-import-dead-letters-prod: 3 waiting, 1 in flight, the oldest for at least 3 min',
        '  a1  3 min old, received 6×',
        '    from     queue shop-import-prod',
        '    reason   nobody deleted it, as often as shop-import-prod gave it out',
        '    message  {"row":{"id":"mug"}}',
        '  and 3 more',
      ].join('\n'),
    );
  });

  it.each([
    [119_000, '119 s'],
    [120_000, '2 min'],
    [7_199_000, '119 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
    // The clock of this machine may be behind that of SQS.
    [-5_000, '0 s'],
  ])('after %i ms calls a message %s old', (milliseconds, age) => {
    const all = { ...queue, waiting: 1, inFlight: 0 };
    expect(queueReport(all, [letter], SENT + milliseconds)).toContain(`the oldest for ${age}\n`);
  });

  it('says of an empty queue that it is', () => {
    expect(queueReport({ ...queue, waiting: 0, inFlight: 0 }, [], SENT)).toBe(
      'shop-import-dead-letters-prod: 0 waiting, 0 in flight',
    );
  });

  it('shows a message whole, with JSON set out in lines', () => {
    const MessageAttributes = { kind: { StringValue: 'row' } };
    expect(letterReport(queue, { ...letter, MessageAttributes }, SENT + 1_000)).toBe(
      [
        '  message   a1',
        '  queue     arn:aws:sqs:eu-west-1:123456789012:shop-import-dead-letters-prod',
        '  sent      2026-11-01T12:00:00.000Z, 1 s ago',
        '  received  6×',
        '  from      queue shop-import-prod',
        '  reason    nobody deleted it, as often as shop-import-prod gave it out',
        '  way back  queue shop-import-prod',
        '',
        'Attributes',
        '  kind  row',
        '',
        '{',
        '  "row": {',
        '    "id": "mug"',
        '  }',
        '}',
      ].join('\n'),
    );
  });

  it('lets no message give orders to the terminal', () => {
    const hostile = { ...letter, Body: 'a\u{1b}[2Jb\r\u{202e}c' };
    expect(letterReport(queue, hostile, SENT).endsWith('a\u{fffd}[2Jb\u{fffd}\u{fffd}c')).toBe(true);
    expect(queueReport(queue, [hostile], SENT)).toContain('message  a\u{fffd}[2Jb\u{fffd}\u{fffd}c\n');
  });

  it('plans a redrive by where messages go, and says which stay', () => {
    const lost = { ...letter, Attributes: {} };
    expect(planReport(queue, [letter, lost, letter], 5)).toBe(
      [
        'A redrive of arn:aws:sqs:eu-west-1:123456789012:shop-import-dead-letters-prod brings',
        '  2 to queue shop-import-prod',
        '  1 nowhere: It does not say where it came from.',
        '  2 more, which have not been looked at, to where they came from',
      ].join('\n'),
    );
  });
});

describe('a question on the terminal', () => {
  it.each([
    ['y\n', true],
    ['YES\n', true],
    ['\n', false],
    ['yellow\n', false],
    // The end of the input.
    [null, false],
  ])('answered by %j is %j', async (answer, expected) => {
    const input = new PassThrough();
    const asked = confirm('Go on?', input, new PassThrough());
    input.end(answer ?? undefined);
    expect(await asked).toBe(expected);
  });
});
