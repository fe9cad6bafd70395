import { describe, expect, it } from '@jest/globals';
import { topicEventResources } from './function-events.ts';

const target = { key: 'sendMail', arn: 'arn:aws:lambda:eu-west-1:000000000000:function:shop-dev-sendMail' };
const arnOf = (logicalId: string) =>
  logicalId === 'Dead' ? 'arn:aws:sqs:eu-west-1:000000000000:dead' : undefined;
const resources = (sns: unknown) => topicEventResources(target, [{ sns }], arnOf);
const subscriptionTo = (TopicArn: string) => ({ TopicArn, Protocol: 'lambda', Endpoint: target.arn });

describe('an sns event', () => {
  it('makes a topic and a subscription of a name, called as the framework calls them', () => {
    expect(resources('order-events')).toEqual([
      {
        logicalId: 'SNSTopicOrderevents',
        type: 'AWS::SNS::Topic',
        properties: { TopicName: 'order-events' },
      },
      {
        logicalId: 'SendMailSnsSubscriptionOrderevents',
        type: 'AWS::SNS::Subscription',
        properties: subscriptionTo('arn:aws:sns:eu-west-1:000000000000:order-events'),
      },
    ]);
  });

  it('makes a subscription of an ARN', () => {
    const arn = 'arn:aws:sns:eu-west-1:000000000000:orders';
    for (const event of [arn, { arn }, { arn, topicName: 'orders' }]) {
      expect(resources(event)).toMatchObject([
        { logicalId: 'SendMailSnsSubscriptionOrders', properties: subscriptionTo(arn) },
      ]);
    }
  });

  it('takes its policies along', () => {
    const policies = {
      filterPolicy: { kind: ['a'] },
      filterPolicyScope: 'MessageBody',
      redrivePolicy: { deadLetterTargetRef: 'Dead' },
    };
    expect(resources({ topicName: 'orders', ...policies }).at(-1)?.properties).toMatchObject({
      FilterPolicy: { kind: ['a'] },
      FilterPolicyScope: 'MessageBody',
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:dead' },
    });
  });

  it.each([
    [{ topicName: 'a', delivery: 1 }, 'function sendMail: sns: the local cloud does not support delivery.'],
    [{ displayName: 'A' }, 'function sendMail: sns: it takes arn or topicName.'],
    [
      { topicName: 'a', redrivePolicy: { deadLetterTargetRef: 'Gone' } },
      'function sendMail: sns: redrivePolicy: there is no queue "Gone".',
    ],
    [
      { topicName: 'a', redrivePolicy: { deadLetterTargetImport: {} } },
      'function sendMail: sns: the local cloud does not support redrivePolicy.deadLetterTargetImport.',
    ],
  ])('is refused by name when it is %j', (event, problem) => {
    expect(() => resources(event)).toThrow(problem);
  });
});
