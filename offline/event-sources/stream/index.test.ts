import { afterEach, expect, it, jest } from '@jest/globals';
import { openStore } from '../../store.ts';
import { until } from '../../test/processes.ts';
import type { Surroundings } from '../event-source.ts';
import { type StreamSource, startStreamSource } from './index.ts';

const record = (SequenceNumber: string) => ({
  eventID: SequenceNumber,
  dynamodb: { SequenceNumber, ApproximateCreationDateTime: 1_700_000_000 },
});

/** A shard with the records 1 and 2; its iterators are named for the sequence number that they begin after. */
const ANSWERS: Record<string, object> = {
  'after 0': { Records: [record('1')], NextShardIterator: 'after 1' },
  'after 1': { Records: [record('2')], NextShardIterator: 'after 2' },
  'after 2': { Records: [], NextShardIterator: 'after 2' },
};

let source: StreamSource | undefined;
afterEach(() => {
  source?.stop();
  jest.restoreAllMocks();
});

/** Reads the shard until it was asked for records so often; the iterators of GetShardIterator and of GetRecords. */
async function read(looks: number, { failingLook = 0, windowMs = 0 } = {}) {
  const asked: string[] = [];
  const used: string[] = [];
  let time = 1_700_000_000_000;
  const json = async (_: string, target: string, input: Record<string, string>) => {
    const operation = target.split('.')[1];
    if (operation === 'DescribeStream') {
      return { StreamDescription: { Shards: [{ ShardId: 'shard', SequenceNumberRange: {} }] } };
    }
    if (operation === 'GetShardIterator') {
      const ShardIterator = `after ${input.SequenceNumber}`;
      asked.push(ShardIterator);
      return { ShardIterator };
    }
    used.push(input.ShardIterator ?? '');
    if (used.length === failingLook) throw new Error('The iterator has expired.');
    return ANSWERS[input.ShardIterator ?? ''];
  };
  const surroundings = {
    aws: { json },
    functions: { invoke: async () => ({ payload: 'null' }) },
    store: openStore(undefined),
    // A millisecond passes between two looks at the clock.
    now: () => time++,
  } as unknown as Surroundings;
  source = await startStreamSource(
    {
      function: 'consume',
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:consume',
      streamArn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/rows/stream/1',
      startingPosition: 'TRIM_HORIZON',
      batchSize: 10,
      windowMs,
      bisects: false,
      maximumRetryAttempts: -1,
      maximumRecordAgeSeconds: -1,
      onFailureArn: undefined,
      reportsFailures: false,
      isWanted: () => true,
    },
    surroundings,
  );
  const reader = source;
  await until(() => {
    reader.look();
    return used.length >= looks;
  });
  reader.stop();
  return { asked, used: used.slice(0, looks) };
}

it('goes on where the look before ended, with one iterator for all', async () => {
  expect(await read(4)).toEqual({ asked: ['after 0'], used: ['after 0', 'after 1', 'after 2', 'after 2'] });
});

it('begins again at the checkpoint while a batch is collected', async () => {
  expect(await read(3, { windowMs: 2 })).toMatchObject({ used: ['after 0', 'after 0', 'after 1'] });
});

it('asks for a new iterator after a look that failed', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(await read(3, { failingLook: 2 })).toEqual({
    asked: ['after 0', 'after 1'],
    used: ['after 0', 'after 1', 'after 1'],
  });
});
