import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateEventBusCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AwsError } from '../../aws/error.ts';
import { startTestBridge, type TestBridge } from '../../services/event-bridge/testing/event-bridge.ts';
import { openStore } from '../../store.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const API = 'eventbridge/latest/APIReference/';
const GUIDE = 'eventbridge/latest/userguide/';
const EVENTS = 'arn:aws:events:eu-west-1:000000000000:';
const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:shop';
const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:orders';
const DEAD = 'arn:aws:sqs:eu-west-1:000000000000:dead';

let bridge: TestBridge;
beforeEach(async () => {
  bridge = await startTestBridge('2026-03-01T00:00:00Z');
});
afterEach(() => bridge.stop());

async function putRule(
  target: Partial<Target>,
  { Name = 'orders', source = 'shop', EventBusName = 'default' } = {},
) {
  const EventPattern = JSON.stringify({ source: [source] });
  await bridge.client.send(new PutRuleCommand({ Name, EventPattern, EventBusName }));
  const Targets = [{ Id: 'a', Arn: FUNCTION, ...target }];
  await bridge.client.send(new PutTargetsCommand({ Rule: Name, Targets, EventBusName }));
}

async function put(detail: object = { id: 'o-1' }, Source = 'shop') {
  const entry = { Source, DetailType: 'OrderPlaced', Detail: JSON.stringify(detail) };
  const { Entries } = await bridge.client.send(new PutEventsCommand({ Entries: [entry] }));
  return Entries?.[0]?.EventId;
}

const messages = async (arn: string) => {
  await until(() => bridge.messagesTo(arn).length > 0);
  return bridge.messagesTo(arn);
};

describe('what a target gets', () => {
  contract(`${API}API_Target.html`, 'is the constant in Input', async () => {
    await putRule({ Input: '{"fixed":true}' });
    await put();
    expect(await messages(FUNCTION)).toEqual([{ fixed: true }]);
  });

  contract(`${API}API_Target.html`, 'is the part of the event at InputPath', async () => {
    await putRule({ InputPath: '$.detail' });
    await put({ id: 'o-1', lines: [1] });
    expect(await messages(FUNCTION)).toEqual([{ id: 'o-1', lines: [1] }]);
  });

  contract(`${GUIDE}eb-transform-target-input.html`, 'is the template filled in', async () => {
    await putRule({
      InputTransformer: {
        InputPathsMap: { instance: '$.detail.instance-id', state: '$.detail.state' },
        InputTemplate:
          '{"instance": <instance>, "state": [9, <state>, true], "instanceStatus": "instance \\"<instance>\\" is in <state>"}',
      },
    });
    await put({ 'instance-id': 'i-0123456789', state: 'RUNNING' });
    expect(await messages(FUNCTION)).toEqual([
      {
        instance: 'i-0123456789',
        state: [9, 'RUNNING', true],
        instanceStatus: 'instance "i-0123456789" is in RUNNING',
      },
    ]);
  });

  contract(`${GUIDE}eb-transform-target-input.html`, 'is a text when the template is one', async () => {
    const InputPathsMap = { instance: '$.detail.instance', gone: '$.detail.gone' };
    await putRule({ InputTransformer: { InputPathsMap, InputTemplate: '"instance <instance> is <gone>"' } });
    await put({ instance: 'i-1' });
    expect(await messages(FUNCTION)).toEqual(['instance i-1 is ']);
  });

  contract(`${GUIDE}eb-transform-target-input.html`, 'has the reserved variables', async () => {
    const InputTemplate =
      '{"arn": <aws.events.rule-arn>, "name": <aws.events.rule-name>, "at": <aws.events.event.ingestion-time>, ' +
      '"event": <aws.events.event>, "all": <aws.events.event.json>}';
    await putRule({ InputTransformer: { InputTemplate } });
    const id = await put();
    const [message] = (await messages(FUNCTION)) as Record<string, unknown>[];
    expect(message).toMatchObject({
      arn: `${EVENTS}rule/orders`,
      name: 'orders',
      at: expect.stringMatching(/^2026-03-01T00:00:\d\d\.\d{3}Z$/),
      event: { id, source: 'shop' },
      all: { id, detail: { id: 'o-1' } },
    });
    expect(message?.event).not.toHaveProperty('detail');
  });

  contract(`${API}API_PutTargets.html`, 'is given in one way only', async () => {
    await expect(putRule({ Input: '1', InputPath: '$' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  contract(`${API}API_PutTargets.html`, 'is not described in bracket notation', async () => {
    await expect(putRule({ InputPath: "$['detail']" })).rejects.toMatchObject({
      message: "Target a: the JSON path $['detail'] is not supported.",
    });
  });
});

describe('a target that fails', () => {
  const busy = () => bridge.failures.set(FUNCTION, new AwsError('InternalFailure', 'It is busy.', 500));

  contract(`${GUIDE}eb-rule-dlq.html`, 'is tried again until it takes the event', async () => {
    busy();
    await putRule({});
    await put();
    await until(() => bridge.attempts.length === 2);
    bridge.failures.clear();
    expect(await messages(FUNCTION)).toMatchObject([{ detail: { id: 'o-1' } }]);
  });

  contract(
    `${GUIDE}eb-rule-dlq.html`,
    'leaves the event in its dead-letter queue after the last retry',
    async () => {
      busy();
      const RetryPolicy = { MaximumRetryAttempts: 2 };
      await putRule({ RetryPolicy, DeadLetterConfig: { Arn: DEAD }, InputPath: '$.detail' });
      const id = await put();
      await until(() => bridge.delivered.length > 0);
      expect(bridge.delivered).toEqual([
        {
          arn: DEAD,
          trigger: 'rule orders',
          message: expect.objectContaining({ id, source: 'shop', detail: { id: 'o-1' } }),
          attributes: {
            RULE_ARN: `${EVENTS}rule/orders`,
            TARGET_ARN: FUNCTION,
            ERROR_CODE: 'ERROR_FROM_TARGET',
            ERROR_MESSAGE: 'It is busy.',
            EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
            RETRY_ATTEMPTS: '2',
          },
        },
      ]);
      expect(bridge.attempts).toEqual([FUNCTION, FUNCTION, FUNCTION, DEAD]);
    },
  );

  contract(`${GUIDE}eb-rule-dlq.html`, 'leaves the event there when it is too old', async () => {
    busy();
    await putRule({ RetryPolicy: { MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: DEAD } });
    await put();
    await until(() => bridge.attempts.length > 0);
    bridge.advance(61_000);
    await until(() => bridge.delivered.length > 0);
    expect(bridge.delivered[0]?.attributes).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds',
    });
  });

  contract(`${API}API_RetryPolicy.html`, 'is not tried again when there are to be no retries', async () => {
    bridge.failures.set(FUNCTION, new AwsError('TooManyRequestsException', 'Slow down.', 429));
    await putRule({ RetryPolicy: { MaximumRetryAttempts: 0 }, DeadLetterConfig: { Arn: DEAD } });
    await put();
    await until(() => bridge.delivered.length > 0);
    expect(bridge.attempts).toEqual([FUNCTION, DEAD]);
    expect(bridge.delivered[0]?.attributes).toMatchObject({ ERROR_CODE: 'THROTTLING', RETRY_ATTEMPTS: '0' });
  });

  for (const [code, expected] of [
    ['ResourceNotFoundException', 'NO_RESOURCE'],
    ['AWS.SimpleQueueService.NonExistentQueue', 'NO_RESOURCE'],
    ['StateMachineDoesNotExist', 'NO_RESOURCE'],
    ['AccessDeniedException', 'NO_PERMISSIONS'],
  ] as const) {
    contract(`${GUIDE}eb-rule-dlq.html`, `is not tried again after ${code}`, async () => {
      bridge.failures.set(FUNCTION, new AwsError(code, 'No.'));
      await putRule({ DeadLetterConfig: { Arn: DEAD } });
      await put();
      await until(() => bridge.delivered.length > 0);
      expect(bridge.delivered[0]?.attributes).toEqual({
        RULE_ARN: `${EVENTS}rule/orders`,
        TARGET_ARN: FUNCTION,
        ERROR_CODE: expected,
        ERROR_MESSAGE: 'No.',
        RETRY_ATTEMPTS: '0',
      });
      expect(bridge.attempts).toEqual([FUNCTION, DEAD]);
    });
  }

  contract(
    `${GUIDE}eb-transform-target-input.html`,
    'is one whose template is filled with quotes',
    async () => {
      const InputTransformer = {
        InputPathsMap: { said: '$.detail.said' },
        InputTemplate: '"he said <said>"',
      };
      await putRule({ InputTransformer, DeadLetterConfig: { Arn: DEAD } });
      await put({ said: '"no"' });
      await until(() => bridge.delivered.length > 0);
      expect(bridge.delivered[0]?.attributes).toMatchObject({ ERROR_CODE: 'INVALID_JSON' });
      expect(bridge.attempts).toEqual([DEAD]);
    },
  );

  contract(`${GUIDE}eb-rule-dlq.html`, 'loses the event when it has no dead-letter queue', async () => {
    const complain = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    bridge.failures.set(FUNCTION, new AwsError('ResourceNotFoundException', 'No function.'));
    await putRule({});
    await put();
    await until(() => complain.mock.calls.length > 0);
    expect(complain).toHaveBeenCalledWith(
      `rule orders: an event is lost, since ${FUNCTION} failed: No function.`,
    );
    complain.mockRestore();
  });

  it('loses the event when its dead-letter queue does not exist, and waits when that is busy', async () => {
    const complain = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    bridge.failures.set(FUNCTION, new AwsError('ResourceNotFoundException', 'No function.'));
    bridge.failures.set(DEAD, new AwsError('InternalFailure', 'Busy.', 500));
    await putRule({ DeadLetterConfig: { Arn: DEAD } });
    await put();
    await until(() => bridge.attempts.filter((arn) => arn === DEAD).length === 2);
    bridge.failures.set(DEAD, new AwsError('QueueDoesNotExist', 'No queue.'));
    await until(() => complain.mock.calls.length > 0);
    expect(complain).toHaveBeenCalledWith(
      `rule orders: an event is lost, since ${FUNCTION} failed: No function.; its dead-letter queue: No queue.`,
    );
    expect(bridge.delivered).toEqual([]);
    complain.mockRestore();
  });
});

describe('an event bus as a target', () => {
  const bus = (name: string) => `${EVENTS}event-bus/${name}`;
  const createBus = (Name: string) => bridge.client.send(new CreateEventBusCommand({ Name }));

  contract(`${GUIDE}eb-bus-to-bus.html`, 'hands the event to its own rules', async () => {
    await createBus('shop');
    await putRule({ Arn: bus('shop'), RetryPolicy: { MaximumRetryAttempts: 0 } });
    await putRule({ Arn: QUEUE }, { Name: 'on-shop', EventBusName: 'shop' });
    const id = await put();
    expect(await messages(QUEUE)).toMatchObject([{ id, source: 'shop', detail: { id: 'o-1' } }]);
  });

  contract(`${GUIDE}eb-bus-to-bus.html`, 'does not send it to a third bus', async () => {
    await createBus('shop');
    await createBus('third');
    await putRule({ Arn: bus('shop') });
    await putRule(
      { Arn: bus('third'), DeadLetterConfig: { Arn: DEAD } },
      { Name: 'on-shop', EventBusName: 'shop' },
    );
    await putRule({ Arn: QUEUE }, { Name: 'on-third', EventBusName: 'third' });
    await put();
    await until(() => bridge.delivered.length > 0);
    expect(bridge.delivered).toMatchObject([
      { arn: DEAD, attributes: { ERROR_CODE: 'THIRD_ACCOUNT_HOP_DETECTED' } },
    ]);
  });

  contract(`${GUIDE}eb-rule-dlq.html`, 'fails for good when there is no such bus', async () => {
    await putRule({ Arn: bus('gone'), DeadLetterConfig: { Arn: DEAD } });
    await put();
    await until(() => bridge.delivered.length > 0);
    expect(bridge.delivered[0]?.attributes).toMatchObject({
      ERROR_CODE: 'NO_RESOURCE',
      TARGET_ARN: bus('gone'),
    });
  });

  it('gets the whole event only', async () => {
    await createBus('shop');
    await expect(putRule({ Arn: bus('shop'), InputPath: '$.detail' })).rejects.toMatchObject({
      message: 'Target a: the local cloud does not change events for a bus.',
    });
  });

  it('takes events of other services, whose source is theirs', async () => {
    await putRule({ Arn: QUEUE }, { source: 'aws.s3' });
    const details = { source: 'aws.s3', detailType: 'Object Created', detail: { key: 'a' }, time: 0 };
    bridge.publish(bus('default'), details);
    expect(await messages(QUEUE)).toMatchObject([{ source: 'aws.s3', time: '1970-01-01T00:00:00Z' }]);
    expect(() => bridge.publish(bus('gone'), details)).toThrow(
      new AwsError('ResourceNotFoundException', `Event bus ${bus('gone')} does not exist.`),
    );
  });
});

describe('events that were put', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'event-bridge-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are all on disk or none of them, when one cannot be written', async () => {
    await bridge.stop();
    const store = openStore(folder);
    bridge = await startTestBridge('2026-03-01T00:00:00Z', store);
    const complain = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    store.exec(`CREATE TRIGGER full BEFORE INSERT ON outbox WHEN (SELECT COUNT(*) FROM outbox) > 0
      BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
    bridge.failures.set(FUNCTION, new AwsError('InternalFailure', 'Busy.', 500));
    await putRule({});
    const entry = { Source: 'shop', DetailType: 'OrderPlaced', Detail: '{}' };
    await expect(bridge.client.send(new PutEventsCommand({ Entries: [entry, entry] }))).rejects.toThrow(
      'disk full',
    );
    expect(openStore(folder).prepare('SELECT COUNT(*) AS rows FROM outbox').get()).toEqual({ rows: 0 });
    complain.mockRestore();
  });

  it('are delivered by the next process, before any rule is declared', async () => {
    await bridge.stop();
    const before = openStore(folder);
    bridge = await startTestBridge('2026-03-01T00:00:00Z', before);
    bridge.failures.set(FUNCTION, new AwsError('InternalFailure', 'Busy.', 500));
    await putRule({ InputPath: '$.detail' });
    await put();
    await until(() => bridge.attempts.length > 0);
    await bridge.stop();
    // A second connection sees only what is committed, as after kill -9.
    bridge = await startTestBridge('2026-03-01T00:00:00Z', openStore(folder));
    expect(await messages(FUNCTION)).toEqual([{ id: 'o-1' }]);
  });
});
