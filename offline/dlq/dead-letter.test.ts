import { describe, expect, it } from '@jest/globals';
import { type DeadLetter, originOf } from './dead-letter.ts';
import { reasonOf } from './reason.ts';
import { wayBack } from './way-back.ts';

const texts = (attributes: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(attributes).map(([name, StringValue]) => [name, { StringValue }]));

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:shop-prod-publishChanges';
const RULE = 'arn:aws:events:eu-west-1:123456789012:rule/shop-prod/shop-render-invoice-prod';
const EVENT = '{"source":"shop.orders"}';

const STREAM_BATCH = {
  shardId: 'shardId-00000001573689847184-864758bb',
  startSequenceNumber: '800000000003126276362',
  endSequenceNumber: '800000000003126276370',
  approximateArrivalOfFirstRecord: '2019-11-14T00:13:19Z',
  approximateArrivalOfLastRecord: '2019-11-14T00:13:19Z',
  batchSize: 3,
  streamArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/shop-items-prod/stream/2019-11-14T00:04:06.388',
};

/** Each as AWS shows its like on the page. */
const cases: readonly {
  page: string;
  what: string;
  letter: DeadLetter;
  reason: string;
  from: string;
  to: string | undefined;
}[] = [
  {
    page: 'AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html',
    what: 'a message that its consumers left',
    letter: {
      Body: '{"rows":[]}',
      Attributes: {
        DeadLetterQueueSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:shop-import-prod',
        ApproximateReceiveCount: '6',
      },
    },
    reason: 'nobody deleted it, as often as shop-import-prod gave it out',
    from: 'queue shop-import-prod',
    to: 'queue shop-import-prod',
  },
  {
    page: 'lambda/latest/dg/services-dynamodb-errors.html',
    what: 'a batch of a stream',
    letter: {
      Body: JSON.stringify({
        requestContext: {
          requestId: '316aa6d0-8154-xmpl-9af7-85d5f4a6bc81',
          functionArn: FUNCTION,
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 7,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: '2019-11-14T00:13:49.717Z',
        DDBStreamBatchInfo: STREAM_BATCH,
      }),
    },
    reason: 'Unhandled (RetryAttemptsExhausted when it had run 7×)',
    from: 'stream of table shop-items-prod',
    to: 'function shop-prod-publishChanges, with what the stream of table shop-items-prod holds of it',
  },
  {
    page: 'lambda/latest/dg/invocation-async-retain-records.html',
    what: 'an event that a function failed for',
    letter: {
      Body: JSON.stringify({
        version: '1.0',
        timestamp: '2019-11-14T18:16:05.568Z',
        requestContext: {
          requestId: 'e4b46cbf-b738-xmpl-8880-a18cdf61200e',
          functionArn: `${FUNCTION}:$LATEST`,
          condition: 'RetriesExhausted',
          approximateInvokeCount: 3,
        },
        requestPayload: { ORDER_IDS: ['9e07af03'] },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: {
          errorType: 'TypeError',
          errorMessage:
            'RequestId: e4b46cbf-b738-xmpl-8880-a18cdf61200e Process exited before completing request',
        },
      }),
    },
    reason:
      'TypeError: RequestId: e4b46cbf-b738-xmpl-8880-a18cdf61200e Process exited before completing request (RetriesExhausted when it had run 3×)',
    from: 'asynchronous invocation of function shop-prod-publishChanges',
    to: 'function shop-prod-publishChanges',
  },
  {
    page: 'lambda/latest/dg/invocation-async-retain-records.html',
    what: 'an event that grew too old before the function ran',
    letter: {
      Body: JSON.stringify({
        requestContext: { functionArn: FUNCTION, condition: 'EventAgeExceeded', approximateInvokeCount: 0 },
        requestPayload: null,
      }),
    },
    reason: 'EventAgeExceeded when it had run 0×',
    from: 'asynchronous invocation of function shop-prod-publishChanges',
    to: 'function shop-prod-publishChanges',
  },
  {
    page: 'eventbridge/latest/userguide/eb-rule-dlq.html',
    what: 'an event that a rule could not deliver',
    letter: {
      Body: EVENT,
      MessageAttributes: texts({
        RULE_ARN: RULE,
        TARGET_ARN: FUNCTION,
        ERROR_CODE: 'THROTTLING',
        ERROR_MESSAGE: 'Rate exceeded',
        EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
        RETRY_ATTEMPTS: '185',
      }),
    },
    reason: 'THROTTLING: Rate exceeded (MaximumRetryAttempts after 185 of its retries)',
    from: 'rule shop-render-invoice-prod',
    to: 'function shop-prod-publishChanges',
  },
  {
    page: 'scheduler/latest/UserGuide/configuring-schedule-dlq.html',
    what: 'what a schedule could not deliver to a queue',
    letter: {
      Body: EVENT,
      MessageAttributes: texts({
        SCHEDULE_ARN: 'arn:aws:scheduler:eu-west-1:123456789012:schedule/default/clean-up',
        TARGET_ARN: 'arn:aws:sqs:eu-west-1:123456789012:jobs',
        ERROR_CODE: 'AWS.SimpleQueueService.NonExistentQueue',
      }),
    },
    reason: 'AWS.SimpleQueueService.NonExistentQueue',
    from: 'schedule clean-up',
    to: 'queue jobs',
  },
  {
    page: 'lambda/latest/dg/invocation-async-retain-records.html',
    what: 'an event in a dead-letter queue of Lambda',
    letter: {
      Body: EVENT,
      MessageAttributes: texts({ RequestID: 'e4b46cbf', ErrorCode: '200', ErrorMessage: 'a bad row' }),
    },
    reason: '200: a bad row',
    from: 'unknown',
    to: undefined,
  },
];

describe('a dead letter', () => {
  it.each(cases)('says why it is there and where it goes back to: $what [$page]', (example) => {
    const { letter, reason, from, to } = example;
    const way = wayBack(originOf(letter));
    expect([reasonOf(letter), way.from, way.to]).toEqual([reason, from, to]);
  });

  it('keeps sequence numbers as they are', () => {
    const requestContext = { functionArn: FUNCTION };
    const letter = { Body: JSON.stringify({ requestContext, DDBStreamBatchInfo: STREAM_BATCH }) };
    expect(originOf(letter)).toMatchObject({
      kind: 'stream',
      batch: { startSequenceNumber: '800000000003126276362', endSequenceNumber: '800000000003126276370' },
    });
  });

  it.each([
    ['is no JSON', 'hello', 'It does not say where it came from.'],
    ['is another JSON value', 'null', 'It does not say where it came from.'],
    [
      'came by a topic',
      '{"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-1:123456789012:orders","Message":"x"}',
      'A topic delivers to all its subscribers or to none: publish the message anew if all may get it.',
    ],
    [
      'lacks its place in the stream',
      JSON.stringify({ requestContext: { functionArn: FUNCTION }, DDBStreamBatchInfo: { batchSize: 1 } }),
      'It does not say where it came from.',
    ],
  ])('cannot go back when it %s', (_, Body, obstacle) => {
    expect(wayBack(originOf({ Body }))).toEqual({ from: 'unknown', to: undefined, obstacle });
    expect(reasonOf({ Body })).toBe('it does not say');
  });

  it('cannot go back to what is neither a function nor a queue', () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:orders';
    const letter = { Body: EVENT, MessageAttributes: texts({ RULE_ARN: RULE, TARGET_ARN: topic }) };
    expect(wayBack(originOf(letter)).obstacle).toBe(`${topic} is no function and no queue.`);
  });
});
