import { describe, expect, it } from '@jest/globals';
import { lambdaContext } from '../testing/http-event.ts';
import { collectedLogLines } from '../testing/log-lines.ts';
import { type RowChange, streamHandler } from './stream.ts';

const lines = collectedLogLines();

const STREAM = 'arn:aws:dynamodb:eu-west-1:123456789012:table/shop-items-dev/stream/2026-11-01T00:00:00.000';
const record = (SequenceNumber: string, more: object = {}) => ({
  eventID: 'c4ca4238a0b923820dcc509a6f75849b',
  eventName: 'MODIFY',
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'eu-west-1',
  dynamodb: {
    ApproximateCreationDateTime: 1_793_534_400,
    Keys: { id: { S: 'mug' } },
    OldImage: { id: { S: 'mug' }, stock: { N: '7' }, price: { M: { amount: { N: '5' } } } },
    NewImage: { id: { S: 'mug' }, stock: { N: '6' }, tags: { L: [{ BOOL: true }, { NULL: true }] } },
    SequenceNumber,
    SizeBytes: 26,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
    ...more,
  },
  eventSourceARN: STREAM,
});

/** A function that is not done with the change of the given number, and the changes that it got. */
function follower(failsAt?: string) {
  const got: RowChange[] = [];
  const follow = streamHandler(async (changes) => {
    got.push(...changes);
    return changes.find(({ sequenceNumber }) => sequenceNumber === failsAt);
  });
  return { got, follow: (...Records: object[]) => follow({ Records }, lambdaContext) };
}

describe('a function that follows a stream', () => {
  it('gets the rows before and after each change as plain values, with the table and the time', async () => {
    const { got, follow } = follower();
    expect(await follow(record('1'))).toEqual({ batchItemFailures: [] });
    expect(got).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{43}$/),
        table: 'shop-items-dev',
        at: '2026-11-01T12:00:00.000Z',
        keys: { id: 'mug' },
        before: { id: 'mug', stock: 7, price: { amount: 5 } },
        after: { id: 'mug', stock: 6, tags: [true, null] },
        sequenceNumber: '1',
      },
    ]);
  });

  it('gets no row before an insert, and none after a removal', async () => {
    const { got, follow } = follower();
    await follow(record('1', { OldImage: undefined }), record('2', { NewImage: undefined }));
    expect(got.map(({ before, after }) => [before !== undefined, after !== undefined])).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it('knows a change that comes again by its id, which no other has', async () => {
    const { got, follow } = follower();
    await follow(record('1'), record('2'));
    await follow(record('1'), { ...record('1'), eventSourceARN: STREAM.replace('items', 'orders') });
    const [first, second, again, other] = got.map(({ id }) => id);
    expect(again).toBe(first);
    expect(new Set([first, second, other]).size).toBe(3);
  });

  it('names the first change that it is not done with, for Lambda to go on from there', async () => {
    const { follow } = follower('2');
    expect(await follow(record('1'), record('2'), record('3'))).toEqual({
      batchItemFailures: [{ itemIdentifier: '2' }],
    });
    expect(lines).toMatchObject([
      { level: 'WARN', message: 'Changes are left for another attempt.', sequenceNumber: '2', left: 2 },
      { level: 'INFO', message: 'The batch of changes is done.' },
    ]);
  });

  it('fails with the error of its work, for Lambda to try all again', async () => {
    const follow = streamHandler(async () => {
      throw new RangeError('no luck');
    });
    await expect(follow({ Records: [record('1')] }, lambdaContext)).rejects.toThrow(RangeError);
  });

  it.each([
    ['a queue', { ...record('1'), eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:queue' }],
    ['a stream without keys', record('1', { Keys: undefined })],
    ['a stream without numbers', record('')],
  ])('is not run by records of %s', async (_, given) => {
    const { got, follow } = follower();
    await expect(follow(given)).rejects.toThrow(/^The batch of changes is not valid: \/Records\/0\//);
    expect(got).toEqual([]);
  });

  it('logs nothing of the rows', async () => {
    await follower('1').follow(record('1'));
    expect(JSON.stringify(lines)).not.toContain('mug');
  });
});
