import {
  DisableRuleCommand,
  EnableRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../aws/error.ts';
import { eventBridgeResources } from '../../services/event-bridge/resources.ts';
import {
  REGION,
  startTestBridge,
  type TestBridge,
} from '../../services/event-bridge/testing/event-bridge.ts';
import { until } from '../processes.ts';
import { contract } from './contract.ts';

const SCHEDULED = 'eventbridge/latest/userguide/eb-scheduled-rule-pattern.html';
const RULE = 'eventbridge/latest/APIReference/API_PutRule.html';
const TYPES = 'scheduler/latest/UserGuide/schedule-types.html';
const RULE_ARN = 'arn:aws:events:eu-west-1:000000000000:rule/sweep';
const SCHEDULE_ARN = 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/sweep';
const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:sweep';
const DEAD = 'arn:aws:sqs:eu-west-1:000000000000:dead';
const MINUTE = 60_000;

let bridge: TestBridge;
beforeEach(async () => {
  bridge = await startTestBridge('2026-03-04T10:07:30.500Z');
});
afterEach(() => bridge.stop());

async function putRule(ScheduleExpression: string, target: object = {}) {
  await bridge.client.send(new PutRuleCommand({ Name: 'sweep', ScheduleExpression }));
  const Targets = [{ Id: 'a', Arn: FUNCTION, ...target }];
  await bridge.client.send(new PutTargetsCommand({ Rule: 'sweep', Targets }));
}

/** The times of what was delivered, once it is so much. */
async function times(count: number): Promise<string[]> {
  await until(() => bridge.delivered.length >= count);
  return bridge.delivered.map(({ message }) => (message as { time: string }).time);
}

describe('a rule with a schedule', () => {
  contract(SCHEDULED, 'sends the scheduled event, with an empty detail', async () => {
    await putRule('cron(10 10 * * ? *)');
    bridge.advance(3 * MINUTE);
    await times(1);
    expect(bridge.delivered).toEqual([
      {
        arn: FUNCTION,
        trigger: 'rule sweep',
        message: {
          version: '0',
          id: expect.any(String),
          'detail-type': 'Scheduled Event',
          source: 'aws.events',
          account: '000000000000',
          time: '2026-03-04T10:10:00Z',
          region: 'eu-west-1',
          resources: [RULE_ARN],
          detail: {},
        },
      },
    ]);
  });

  contract(SCHEDULED, 'runs at a rate that starts when the rule is created', async () => {
    await putRule('rate(5 minutes)');
    bridge.advance(4 * MINUTE);
    bridge.advance(1 * MINUTE);
    bridge.advance(5 * MINUTE);
    expect(await times(2)).toEqual([
      expect.stringMatching(/^2026-03-04T10:12:3\dZ$/),
      expect.stringMatching(/^2026-03-04T10:17:3\dZ$/),
    ]);
  });

  contract(SCHEDULED, 'runs every 15 minutes by cron', async () => {
    await putRule('cron(0/15 * * * ? *)');
    for (let minutes = 0; minutes < 30; minutes += 1) bridge.advance(MINUTE);
    expect(await times(2)).toEqual(['2026-03-04T10:15:00Z', '2026-03-04T10:30:00Z']);
  });

  it('runs once after the machine has slept, and goes on', async () => {
    await putRule('cron(0/15 * * * ? *)');
    bridge.advance(24 * 60 * MINUTE);
    bridge.advance(8 * MINUTE);
    expect(await times(2)).toEqual(['2026-03-04T10:15:00Z', '2026-03-05T10:15:00Z']);
  });

  it('keeps its rate when it is declared again', async () => {
    await putRule('rate(5 minutes)');
    bridge.advance(3 * MINUTE);
    await putRule('rate(5 minutes)');
    bridge.advance(2 * MINUTE);
    expect(await times(1)).toEqual([expect.stringMatching(/^2026-03-04T10:12/)]);
  });

  it('runs by the clock of the process, without being asked', async () => {
    await bridge.stop();
    bridge = await startTestBridge('2026-03-04T10:07:59.500Z');
    await putRule('cron(* * * * ? *)');
    expect(await times(1)).toEqual(['2026-03-04T10:08:00Z']);
  });

  contract(
    'eventbridge/latest/APIReference/API_DisableRule.html',
    'does not run while it is disabled',
    async () => {
      await putRule('rate(1 minute)');
      await bridge.client.send(new DisableRuleCommand({ Name: 'sweep' }));
      bridge.advance(10 * MINUTE);
      await bridge.client.send(new EnableRuleCommand({ Name: 'sweep' }));
      bridge.advance(MINUTE);
      expect(await times(1)).toEqual([expect.stringMatching(/^2026-03-04T10:18/)]);
    },
  );

  contract(RULE, 'may have a pattern as well', async () => {
    const EventPattern = '{"source":["shop"]}';
    const rule = { Name: 'sweep', ScheduleExpression: 'rate(1 minute)', EventPattern };
    await bridge.client.send(new PutRuleCommand(rule));
    const Targets = [{ Id: 'a', Arn: FUNCTION, InputPath: '$.source' }];
    await bridge.client.send(new PutTargetsCommand({ Rule: 'sweep', Targets }));
    const details = { source: 'shop', detailType: 'x', detail: {}, time: 0 };
    bridge.publish('arn:aws:events:eu-west-1:000000000000:event-bus/default', details);
    bridge.advance(MINUTE);
    await until(() => bridge.delivered.length === 2);
    expect(bridge.messagesTo(FUNCTION)).toEqual(['shop', 'aws.events']);
  });

  contract(SCHEDULED, 'is on the default bus only', async () => {
    await bridge.aws.json('events', 'AWSEvents.CreateEventBus', { Name: 'shop' });
    const rule = { Name: 'sweep', ScheduleExpression: 'rate(1 minute)', EventBusName: 'shop' };
    await expect(bridge.client.send(new PutRuleCommand(rule))).rejects.toMatchObject({
      message: 'ScheduleExpression is supported only on the default event bus.',
    });
  });

  for (const expression of [
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(0 10 ? * 3#1,6#3 *)',
    'at(2026-03-05T00:00:00)',
  ]) {
    contract(SCHEDULED, `is refused for ${expression}`, async () => {
      await expect(putRule(expression)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(/^Parameter ScheduleExpression is not valid\./),
      });
    });
  }
});

describe('a schedule of EventBridge Scheduler', () => {
  const declare = (properties: object, type = 'AWS::Scheduler::Schedule') =>
    eventBridgeResources(bridge.aws, { region: REGION, stackName: 'shop' }).provision({
      logicalId: 'Sweep',
      type,
      properties: { Name: 'sweep', ...properties },
    });
  const schedule = (ScheduleExpression: string, target: object = {}) => ({
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: FUNCTION, RoleArn: 'arn:aws:iam::000000000000:role/scheduler', ...target },
  });

  contract('scheduler/latest/UserGuide/managing-targets-templated.html', 'sends its input', async () => {
    await declare(schedule('at(2026-03-04T10:10:00)', { Input: '{"full":true}' }));
    bridge.advance(3 * MINUTE);
    bridge.advance(60 * MINUTE);
    await until(() => bridge.delivered.length > 0);
    expect(bridge.delivered).toEqual([{ arn: FUNCTION, trigger: 'schedule sweep', message: { full: true } }]);
  });

  contract(
    'scheduler/latest/APIReference/API_Target.html',
    'sends a default notification without input',
    async () => {
      await declare(schedule('cron(10 10 * * ? *)'));
      bridge.advance(3 * MINUTE);
      await times(1);
      expect(bridge.messagesTo(FUNCTION)).toMatchObject([
        {
          source: 'aws.scheduler',
          'detail-type': 'Scheduled Event',
          resources: [SCHEDULE_ARN],
          detail: '{}',
        },
      ]);
    },
  );

  contract(TYPES, 'begins a rate at once', async () => {
    await declare(schedule('rate(1 hour)'));
    bridge.advance(0);
    bridge.advance(59 * MINUTE);
    bridge.advance(1 * MINUTE);
    expect(await times(2)).toEqual([
      expect.stringMatching(/^2026-03-04T10:07/),
      expect.stringMatching(/^2026-03-04T11:07/),
    ]);
  });

  contract(
    'scheduler/latest/UserGuide/managing-schedule-context-attributes.html',
    'fills in its context',
    async () => {
      const Input =
        '["<aws.scheduler.schedule-arn>", "<aws.scheduler.scheduled-time>", "<aws.scheduler.execution-id>"]';
      await declare(schedule('cron(10 10 * * ? *)', { Input }));
      bridge.advance(3 * MINUTE);
      await until(() => bridge.delivered.length > 0);
      expect(bridge.messagesTo(FUNCTION)).toEqual([
        [SCHEDULE_ARN, '2026-03-04T10:10:00Z', expect.stringMatching(/^[0-9a-f]{16}$/)],
      ]);
    },
  );

  contract(
    'scheduler/latest/UserGuide/configuring-schedule-dlq.html',
    'leaves a dead letter that names it',
    async () => {
      bridge.failures.set(FUNCTION, new AwsError('ResourceNotFoundException', 'No function.'));
      await declare(
        schedule('cron(10 10 * * ? *)', { Input: '{"full":true}', DeadLetterConfig: { Arn: DEAD } }),
      );
      bridge.advance(3 * MINUTE);
      await until(() => bridge.delivered.length > 0);
      expect(bridge.delivered).toMatchObject([
        {
          arn: DEAD,
          message: { full: true },
          attributes: {
            SCHEDULE_ARN,
            TARGET_ARN: FUNCTION,
            RETRY_ATTEMPTS: '0',
            SCHEDULED_TIME: '2026-03-04T10:10:00Z',
          },
        },
      ]);
    },
  );

  it('is found again by another process, and keeps its rate with what is changed', async () => {
    await declare(schedule('rate(1 hour)', { Input: '1' }));
    bridge.advance(0);
    const resource = await declare(schedule('rate(1 hour)', { Input: '2' }));
    expect(resource).toEqual({ ref: 'sweep', attributes: { Arn: SCHEDULE_ARN } });
    bridge.advance(0);
    bridge.advance(60 * MINUTE);
    await until(() => bridge.delivered.length >= 2);
    expect(bridge.messagesTo(FUNCTION)).toEqual([1, 2]);
  });

  it('may be disabled, and in a group', async () => {
    const properties = { ...schedule('rate(1 minute)'), GroupName: 'night' };
    await expect(declare(properties)).rejects.toThrow('Resource Sweep: Schedule group night does not exist.');
    const group = { Name: 'night', Tags: [] };
    for (let times = 0; times < 2; times += 1) {
      expect(await declare(group, 'AWS::Scheduler::ScheduleGroup')).toEqual({
        ref: 'night',
        attributes: { Arn: 'arn:aws:scheduler:eu-west-1:000000000000:schedule-group/night' },
      });
    }
    await declare({
      ...properties,
      ...schedule('rate(1 minute)', { Input: '"disabled"' }),
      State: 'DISABLED',
    });
    bridge.advance(10 * MINUTE);
    await declare({ ...properties, ...schedule('rate(1 minute)', { Input: '"enabled"' }) });
    bridge.advance(MINUTE);
    await until(() => bridge.messagesTo(FUNCTION).includes('enabled'));
    expect(bridge.messagesTo(FUNCTION)).toEqual(['enabled']);
  });

  it.each([
    [{ ScheduleExpressionTimezone: 'Europe/Rome' }, 'ScheduleExpressionTimezone: the only time zone is UTC.'],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'FlexibleTimeWindow.Mode: the only mode is OFF.'],
    [{ StartDate: '2026-03-05T00:00:00Z' }, 'the local cloud does not support StartDate.'],
    [
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' } },
      'Target.Arn: events go to functions, queues, topics, state machines and event buses only.',
    ],
    [
      { Target: { Arn: 'arn:aws:events:eu-west-1:000000000000:event-bus/default' } },
      'Target.Arn: a bus needs EventBridgeParameters.',
    ],
    [
      { Target: { Arn: FUNCTION, Input: 'text' } },
      'Target.Input: it must be JSON, without <aws.scheduler.attempt-number>.',
    ],
    [{ Target: { Arn: FUNCTION, InputPath: '$' } }, 'the local cloud does not support Target.InputPath.'],
    [{ ScheduleExpression: 'rate(1 hours)' }, 'Parameter ScheduleExpression is not valid.'],
  ])('is refused by name: %j', async (change, message) => {
    await expect(declare({ ...schedule('rate(1 hour)'), ...change })).rejects.toMatchObject({
      name: 'LocalCloudError',
      message: expect.stringContaining(`Resource Sweep: ${message}`),
    });
  });

  it('is not deleted or listed here', async () => {
    const response = await bridge.aws.rest('scheduler', 'DELETE', '/schedules/sweep');
    expect([response.status, await response.json()]).toEqual([
      501,
      {
        __type: 'NotImplemented',
        message: 'The local cloud does not emulate scheduler (DELETE /schedules/sweep).',
      },
    ]);
  });
});

describe('declared buses and rules', () => {
  const provisioner = () => eventBridgeResources(bridge.aws, { region: REGION, stackName: 'shop' });
  const declare = (type: string, properties: object) =>
    provisioner().provision({ logicalId: 'It', type, properties: { ...properties } });

  contract(
    'AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html',
    'have a bus whose Ref is its name, as often as it is declared',
    async () => {
      const expected = {
        ref: 'shop',
        attributes: { Name: 'shop', Arn: 'arn:aws:events:eu-west-1:000000000000:event-bus/shop' },
      };
      const properties = { Name: 'shop', Tags: [], Description: 'x' };
      expect(await declare('AWS::Events::EventBus', properties)).toEqual(expected);
      expect(await declare('AWS::Events::EventBus', properties)).toEqual(expected);
    },
  );

  contract(
    'AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html',
    'have a rule whose Ref names the bus, if it is not the default one',
    async () => {
      await declare('AWS::Events::EventBus', { Name: 'shop' });
      const rule = { EventPattern: { source: ['shop'] }, Targets: [{ Id: 'a', Arn: FUNCTION }] };
      expect(await declare('AWS::Events::Rule', { ...rule, EventBusName: 'shop', Name: 'sweep' })).toEqual({
        ref: 'shop|sweep',
        attributes: { Arn: 'arn:aws:events:eu-west-1:000000000000:rule/shop/sweep' },
      });
      expect(await declare('AWS::Events::Rule', rule)).toEqual({
        ref: 'shop-It',
        attributes: { Arn: 'arn:aws:events:eu-west-1:000000000000:rule/shop-It' },
      });
    },
  );

  it('lose the targets that are not declared any more', async () => {
    const rule = { Name: 'sweep', EventPattern: { source: ['shop'] } };
    const targets = (...ids: string[]) => ids.map((Id) => ({ Id, Arn: FUNCTION, Input: `"${Id}"` }));
    await declare('AWS::Events::Rule', { ...rule, Targets: targets('a', 'b') });
    await declare('AWS::Events::Rule', { ...rule, Targets: targets('c', 'b') });
    const details = { source: 'shop', detailType: 'x', detail: {}, time: 0 };
    bridge.publish('arn:aws:events:eu-west-1:000000000000:event-bus/default', details);
    await until(() => bridge.delivered.length === 2);
    expect(bridge.messagesTo(FUNCTION).toSorted()).toEqual(['b', 'c']);
  });

  it.each([
    [
      'AWS::Events::Rule',
      { EventPattern: { source: [{ contains: 'x' }] } },
      'Event pattern is not valid. Reason: Unrecognized match type contains',
    ],
    [
      'AWS::Events::Rule',
      { EventPattern: {}, Targets: [{ Id: 'a', Arn: FUNCTION, EcsParameters: {} }] },
      'the local cloud does not support Targets.0.EcsParameters.',
    ],
    ['AWS::Events::Rule', { ManagedBy: 'x' }, 'the local cloud does not support ManagedBy.'],
    [
      'AWS::Events::EventBus',
      { Name: 'x', EventSourceName: 'aws.partner/x' },
      'the local cloud does not support EventSourceName.',
    ],
  ])('are refused by name: %s %j', async (type, properties, message) => {
    await expect(declare(type, properties)).rejects.toMatchObject({
      name: 'LocalCloudError',
      message: `Resource It: ${message}`,
    });
  });
});
