import { describe, expect, it } from '@jest/globals';
import { functionEventResources } from './function-events.ts';

const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:shop-dev-send-mail';
const sendMail = { key: 'send-mail', name: 'shop-dev-send-mail', arn };

describe("a function's events", () => {
  it('become a bus and a rule, named as the framework names them', () => {
    const pattern = { source: ['shop.orders'], 'detail-type': ['OrderPlaced'] };
    const events = [{ httpApi: 'GET /' }, { eventBridge: { eventBus: 'shop-dev', pattern } }];
    expect(functionEventResources(sendMail, events)).toEqual([
      {
        logicalId: 'ShopDashdevEventBridgeEventBus',
        type: 'AWS::Events::EventBus',
        properties: { Name: 'shop-dev' },
      },
      {
        logicalId: 'Shopdevsendmailrule2EventBridgeRule',
        type: 'AWS::Events::Rule',
        properties: {
          Name: 'shop-dev-send-mail-rule-2',
          EventBusName: 'shop-dev',
          EventPattern: pattern,
          State: 'ENABLED',
          Targets: [{ Id: 'shop-dev-send-mail-rule-2-target', Arn: arn }],
        },
      },
    ]);
  });

  it('become a rule alone on a bus that is given by its ARN, with all that a target has', () => {
    const eventBridge = {
      eventBus: 'arn:aws:events:eu-west-1:000000000000:event-bus/shop-dev',
      name: 'orders',
      description: 'Orders',
      enabled: false,
      schedule: 'rate(1 minute)',
      inputTransformer: { inputPathsMap: { id: '$.detail.id' }, inputTemplate: '{"id": <id>}' },
      retryPolicy: { maximumEventAge: 60, maximumRetryAttempts: 2 },
      deadLetterQueueArn: 'arn:aws:sqs:eu-west-1:000000000000:dead',
    };
    expect(functionEventResources(sendMail, [{ eventBridge }])).toEqual([
      {
        logicalId: 'Shopdevsendmailrule1EventBridgeRule',
        type: 'AWS::Events::Rule',
        properties: {
          Name: 'orders',
          EventBusName: 'shop-dev',
          ScheduleExpression: 'rate(1 minute)',
          State: 'DISABLED',
          Targets: [
            {
              Id: 'orders-target',
              Arn: arn,
              InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"id": <id>}' },
              RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 },
              DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:000000000000:dead' },
            },
          ],
        },
      },
    ]);
  });

  it('become rules with shortened names when 64 characters are not enough', () => {
    const long = { ...sendMail, name: `shop-dev-${'x'.repeat(60)}` };
    const [rule] = functionEventResources(long, [{ eventBridge: { pattern: { source: ['a'] } } }]);
    // The MD5 of the whole name, by md5sum.
    expect(rule?.properties.Name).toBe('shop-dev-xxxxxxxxxxxxxxxx64a3a9a3e9d0e5323f13c2c40c693908-rule-1');
  });

  it('become one rule for each rate, counted over all schedules', () => {
    const schedule = {
      rate: ['rate(1 hour)', 'cron(0 10 * * ? *)'],
      input: { body: '{"a":1}' },
      enabled: false,
    };
    const resources = functionEventResources(sendMail, [{ schedule }, { schedule: 'rate(1 day)' }]);
    const target = { Id: 'send-mailSchedule', Arn: arn };
    expect(resources).toEqual([
      {
        logicalId: 'SendDashmailEventsRuleSchedule1',
        type: 'AWS::Events::Rule',
        properties: {
          State: 'DISABLED',
          ScheduleExpression: 'rate(1 hour)',
          Targets: [{ ...target, Input: '{"body":{"a":1}}' }],
        },
      },
      expect.objectContaining({ logicalId: 'SendDashmailEventsRuleSchedule2' }),
      {
        logicalId: 'SendDashmailEventsRuleSchedule3',
        type: 'AWS::Events::Rule',
        properties: { State: 'ENABLED', ScheduleExpression: 'rate(1 day)', Targets: [target] },
      },
    ]);
  });

  it('become a schedule of the Scheduler', () => {
    const schedule = {
      rate: 'cron(0 4 * * ? *)',
      method: 'scheduler',
      name: 'nightly',
      groupName: 'night',
      timezone: 'UTC',
      input: { full: true },
      roleArn: 'arn:aws:iam::000000000000:role/x',
    };
    expect(functionEventResources(sendMail, [{ schedule }])).toEqual([
      {
        logicalId: 'SendDashmailSchedulerSchedule1',
        type: 'AWS::Scheduler::Schedule',
        properties: {
          Name: 'nightly',
          GroupName: 'night',
          State: 'ENABLED',
          ScheduleExpression: 'cron(0 4 * * ? *)',
          ScheduleExpressionTimezone: 'UTC',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: arn, Input: '{"full":true}' },
        },
      },
    ]);
  });

  it.each([
    [
      { eventBridge: { pattern: {}, filter: 1 } },
      'function send-mail: eventBridge: the local cloud does not support filter.',
    ],
    [
      { eventBridge: { inputTransformer: { inputTemplate: '1', more: 1 } } },
      'function send-mail: eventBridge: the local cloud does not support inputTransformer.more.',
    ],
    [
      { schedule: { rate: 'rate(1 hour)', times: 2 } },
      'function send-mail: schedule: the local cloud does not support times.',
    ],
    [
      { schedule: { rate: ['rate(1 hour)', 'rate(1 day)'], name: 'x' } },
      'function send-mail: schedule: one name for several rates.',
    ],
    [
      { schedule: { rate: 'rate(1 hour)', input: { body: '{' } } },
      'function send-mail: schedule: input: its body is no JSON.',
    ],
  ])('are refused by name: %j', (event, message) => {
    expect(() => functionEventResources(sendMail, [event])).toThrow(message);
  });
});
