import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { Conflict, InvalidInput } from '../errors.ts';
import { lambdaContext } from '../testing/http-event.ts';
import { collectedLogLines } from '../testing/log-lines.ts';
import {
  jobHandler,
  ruleHandler,
  type ScheduledRun,
  scheduleHandler,
  topicHandler,
  uploadHandler,
} from './event.ts';

const lines = collectedLogLines();

const scheduledEvent = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2026-11-22T10:05:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:events:eu-west-1:123456789012:rule/sweep'],
  detail: {},
};

describe('a scheduled function', () => {
  it('learns when it was due, and how much time is left at the moment it asks', async () => {
    let left = 9_000;
    const runs: ScheduledRun[] = [];
    const run = scheduleHandler(async (scheduled) => void runs.push(scheduled));
    await run(scheduledEvent, { ...lambdaContext, getRemainingTimeInMillis: () => left });
    left = 8_000;
    expect(runs.map(({ time, remainingTimeMs }) => [time, remainingTimeMs()])).toEqual([
      [new Date(Date.UTC(2026, 10, 22, 10, 5)), 8_000],
    ]);
  });

  it.each([
    ['no time', { ...scheduledEvent, time: undefined }],
    ['a time that is none', { ...scheduledEvent, time: 'noon' }],
  ])('is not run by an event with %s', async (_, event) => {
    let isRun = false;
    const run = scheduleHandler(async () => {
      isRun = true;
    });
    await expect(run(event, lambdaContext)).rejects.toThrow(/^The scheduled event is not valid: \/time /);
    expect(isRun).toBe(false);
  });

  it('logs that it is done', async () => {
    await scheduleHandler(async () => undefined)(scheduledEvent, lambdaContext);
    expect(lines).toMatchObject([
      { level: 'INFO', message: 'The scheduled run is done.', function_request_id: 'invocation-1' },
    ]);
  });

  it('fails with the error of its work, for Lambda to try again', async () => {
    const run = scheduleHandler(async () => {
      throw new RangeError('no luck');
    });
    await expect(run(scheduledEvent, lambdaContext)).rejects.toThrow(RangeError);
    expect(lines).toMatchObject([{ level: 'ERROR', message: 'The scheduled run failed.' }, { Faults: 1 }]);
  });
});

describe('a job with settings', () => {
  const job = () =>
    jobHandler(z.strictObject({ dryRun: z._default(z.boolean(), false) }), async ({ dryRun }, { time }) => ({
      dryRun,
      time: time?.toISOString(),
    }));

  it.each([
    ['by its schedule', scheduledEvent, { dryRun: false, time: '2026-11-22T10:05:00.000Z' }],
    ['by hand', { dryRun: true }, { dryRun: true, time: undefined }],
    [
      'by hand as if it were due then',
      { time: '2026-01-01T00:00:00Z' },
      { dryRun: false, time: '2026-01-01T00:00:00.000Z' },
    ],
    ['by hand with an empty event', {}, { dryRun: false, time: undefined }],
    ['by hand without an event', '', { dryRun: false, time: undefined }],
  ])('runs %s, and answers', async (_, event, answer) => {
    expect(await job()(event, lambdaContext)).toEqual(answer);
  });

  it.each([
    ['a setting that it does not know', { dryrun: true }, '/dryrun is not a known field'],
    ['a setting that is wrong', { dryRun: 'yes' }, '/dryRun '],
    ['a time that is none', { time: 'noon' }, '/time '],
    ['an event that is none', 'now', 'it '],
  ])('is not run by %s', async (_, event, problem) => {
    await expect(job()(event, lambdaContext)).rejects.toThrow(`The event is not valid: ${problem}`);
  });
});

const schema = z.strictObject({ orderId: z.string() });
const notification = (...messages: string[]) => ({
  Records: messages.map((Message, index) => ({
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: 'arn:aws:sns:eu-west-1:123456789012:orders:1',
    Sns: {
      Type: 'Notification',
      MessageId: `message-${index + 1}`,
      TopicArn: 'arn:aws:sns:eu-west-1:123456789012:orders',
      Subject: null,
      Message,
      Timestamp: '2026-11-22T10:05:00.000Z',
    },
  })),
});
/** A subscriber that refuses order-2, and the messages that it got. */
const subscriber = () => {
  const got: unknown[] = [];
  const receive = topicHandler(schema, async (message, messageId) => {
    got.push([message, messageId]);
    if (message.orderId === 'order-2') throw new Conflict('The order is closed.');
  });
  return { got, receive };
};

describe('a subscriber of a topic', () => {
  it('gets each message as its schema lets it through, with its id', async () => {
    const { got, receive } = subscriber();
    await receive(notification('{"orderId":"order-1"}', '{"orderId":"order-3"}'), lambdaContext);
    expect(got).toEqual([
      [{ orderId: 'order-1' }, 'message-1'],
      [{ orderId: 'order-3' }, 'message-2'],
    ]);
  });

  it('has the correlation id of each message in its log', async () => {
    const event = notification('{"orderId":"order-1"}');
    const [{ Sns } = { Sns: {} }] = event.Records;
    Object.assign(Sns, { MessageAttributes: { correlationId: { Type: 'String', Value: 'checkout-7' } } });
    await subscriber().receive(event, lambdaContext);
    expect(lines).toMatchObject([{ message: 'The notification is done.', correlationId: 'checkout-7' }]);
  });

  it('fails when one message fails, for SNS to send it again', async () => {
    const { receive } = subscriber();
    const event = notification('{"orderId":"order-1"}', '{"orderId":"order-2"}');
    await expect(receive(event, lambdaContext)).rejects.toThrow(Conflict);
    expect(lines).toMatchObject([
      {
        level: 'WARN',
        message: 'The notification failed.',
        messageId: 'message-2',
        error: { name: 'Conflict' },
      },
    ]);
  });

  it.each([
    ['is no JSON', 'order-1', 'The message message-1 is not valid JSON.'],
    [
      'is in another shape',
      '{"order":1}',
      'The message message-1 is not valid: /orderId is required; /order is not a known field.',
    ],
  ])('fails by a message that %s, without seeing it', async (_, message, reason) => {
    const { got, receive } = subscriber();
    const error = await receive(notification(message), lambdaContext).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error).toMatchObject({ message: reason });
    expect(got).toEqual([]);
  });

  it('fails by an event that is no notification', async () => {
    await expect(subscriber().receive({ Records: [{ body: '{}' }] }, lambdaContext)).rejects.toThrow(
      'The notification is not valid: /Records/0/Sns is required.',
    );
  });

  it('logs that it is done, with the id of the message and nothing else of it', async () => {
    await subscriber().receive(notification('{"orderId":"order-1"}'), lambdaContext);
    expect(lines).toMatchObject([
      { level: 'INFO', message: 'The notification is done.', messageId: 'message-1' },
    ]);
    expect(JSON.stringify(lines)).not.toContain('order-1');
  });
});

describe('the target of a rule', () => {
  const event = (detail: unknown) => ({ ...scheduledEvent, 'detail-type': 'OrderCompleted', detail });
  const target = () => {
    const got: unknown[] = [];
    const receive = ruleHandler(schema, async (...args) => void got.push(args));
    return { got, receive };
  };

  it('gets the detail as its schema lets it through, with the id and the time of the event', async () => {
    const { got, receive } = target();
    await receive(event({ orderId: 'order-1' }), lambdaContext);
    expect(got).toEqual([
      [
        { orderId: 'order-1' },
        { id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa', time: new Date(Date.UTC(2026, 10, 22, 10, 5)) },
      ],
    ]);
    expect(lines).toMatchObject([
      { message: 'The event is done.', eventId: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa' },
    ]);
  });

  it.each([
    [
      'another detail',
      event({ order: 1 }),
      /^The detail of the event 53dc4d37-\S+ is not valid: \/orderId is /,
    ],
    ['no detail', event(undefined), /^The detail of the event /],
    [
      'no id',
      { ...event({ orderId: 'order-1' }), id: undefined },
      'The event is not valid: /id is required.',
    ],
  ])('fails by an event with %s, without seeing it', async (_, wrong, reason) => {
    const { got, receive } = target();
    await expect(receive(wrong, lambdaContext)).rejects.toThrow(reason);
    expect(got).toEqual([]);
  });
});

describe('a function that S3 notifies', () => {
  const notificationOf = (key: string) => ({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime: '2026-11-22T10:05:00.123Z',
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'import',
          bucket: { name: 'uploads', arn: 'arn:aws:s3:::uploads' },
          object: { key, size: 12, eTag: 'etag', versionId: 'v1', sequencer: '0A1B' },
        },
      },
    ],
  });

  it('learns of an object by its key as it was given, and how much time is left', async () => {
    const got: unknown[] = [];
    const receive = uploadHandler(async (upload, run) => void got.push([upload, run.remainingTimeMs()]));
    await receive(notificationOf('uploads/new+items+%281%29+100%25+%2B+gr%C3%BCn.csv'), lambdaContext);
    expect(got).toEqual([
      [
        {
          bucket: 'uploads',
          key: 'uploads/new items (1) 100% + grün.csv',
          versionId: 'v1',
          size: 12,
          at: new Date(Date.UTC(2026, 10, 22, 10, 5, 0, 123)),
        },
        10_000,
      ],
    ]);
  });

  it.each([
    [
      'of a key that is not encoded',
      notificationOf('uploads/100%.csv'),
      'The key of the object is not encoded',
    ],
    ['of no object', { Records: [{ s3: {} }] }, /^The notification of S3 is not valid: /],
    ['that is a test', { Service: 'Amazon S3', Event: 's3:TestEvent' }, /\/Records is required/],
  ])('fails by a notification %s', async (_, event, reason) => {
    await expect(uploadHandler(async () => undefined)(event, lambdaContext)).rejects.toThrow(reason);
  });

  it('fails with the error of its work, for Lambda to try again', async () => {
    const receive = uploadHandler(async () => {
      throw new Conflict('no luck');
    });
    await expect(receive(notificationOf('uploads/a.csv'), lambdaContext)).rejects.toThrow(Conflict);
    expect(lines).toMatchObject([{ level: 'WARN', message: 'The upload failed.', versionId: 'v1' }]);
  });
});
