import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../aws/error.ts';
import { checkInput, inputFor } from './input.ts';

/** The event of eventbridge/latest/userguide/eb-transform-target-input.html, with more in its detail. */
const event = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2015-11-11T21:29:54Z',
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111'],
  detail: {
    'instance-id': 'i-0123456789',
    state: 'RUNNING',
    said: 'a "quoted" word',
    count: 3,
    nothing: null,
    lines: [{ sku: 'a' }, { sku: 'b', tags: ['x', 'y'] }],
  },
};
const matched = {
  event,
  ruleArn: 'arn:aws:events:us-east-2:123456789012:rule/orders/example',
  receivedAt: Date.parse('2015-11-11T21:30:00.250Z'),
};
const paths = {
  instance: '$.detail.instance-id',
  state: '$.detail.state',
  said: '$.detail.said',
  gone: '$.detail.gone',
};

const transformed = (InputTemplate: string, InputPathsMap: Record<string, string> = paths) => {
  const target = { InputTransformer: { InputPathsMap, InputTemplate } };
  checkInput('t', target);
  return inputFor(target, matched);
};

describe('the input of a target', () => {
  it.each([
    ['$', event],
    ['$.detail.state', 'RUNNING'],
    ['$.detail.count', 3],
    ['$.detail.nothing', null],
    ['$.resources[0]', 'arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111'],
    ['$.detail.lines[*].sku', ['a', 'b']],
    ['$.detail.lines[1].tags.*', ['x', 'y']],
    ['$.detail.lines[*].tags[0]', ['x']],
  ])('is what is at %s', (InputPath, expected) => {
    expect(inputFor({ InputPath }, matched)).toEqual(expected);
  });

  it.each(['$.detail.gone', '$.detail.lines[7]', '$.detail.lines.length', '$.detail.toString', '$.source.x'])(
    'cannot be what is not at %s',
    (InputPath) => {
      expect(() => inputFor({ InputPath }, matched)).toThrow(
        new AwsError('INVALID_JSON', `The event has no ${InputPath}.`),
      );
    },
  );

  it('is the constant that is given', () => {
    expect(inputFor({ Input: '{"fixed":[1]}' }, matched)).toEqual({ fixed: [1] });
  });

  it.each([
    ['a text', '"instance <instance> is in <state>"', 'instance i-0123456789 is in RUNNING'],
    [
      'a text with quotes',
      '"instance \\"<instance>\\" is in <state>"',
      'instance "i-0123456789" is in RUNNING',
    ],
    [
      'an object',
      '{"instance": <instance>, "state": "<state>!"}',
      { instance: 'i-0123456789', state: 'RUNNING!' },
    ],
    ['a list', '{"state": [9, <state>, true]}', { state: [9, 'RUNNING', true] }],
    ['what comes in quotes escaped outside of a text', '{"said": <said>}', { said: 'a "quoted" word' }],
    ['nothing for what is not there', '{"gone": "<gone>", "also": <gone>}', { gone: '', also: '' }],
    ['a colon behind a placeholder', '"<instance>: <state>"', 'i-0123456789: RUNNING'],
    ['the name of the rule', '"<aws.events.rule-name> triggered"', 'example triggered'],
    [
      'the rule and the time',
      '[<aws.events.rule-arn>, <aws.events.event.ingestion-time>]',
      ['arn:aws:events:us-east-2:123456789012:rule/orders/example', '2015-11-11T21:30:00.250Z'],
    ],
    ['the whole event', '{"event": <aws.events.event.json>}', { event }],
  ])('is %s', (_, template, expected) => {
    expect(transformed(template)).toEqual(expected);
  });

  it('is the event without its detail, for aws.events.event', () => {
    const { detail: _, ...envelope } = event;
    expect(transformed('{"event": <aws.events.event>}')).toEqual({ event: envelope });
  });

  it('is the value as JSON where it is no text', () => {
    const values = { count: '$.detail.count', nothing: '$.detail.nothing', lines: '$.detail.lines' };
    expect(transformed('[<count>, <nothing>, <lines>, "<count> <lines>"]', values)).toEqual([
      3,
      null,
      event.detail.lines,
      '3 [{sku:a},{sku:b,tags:[x,y]}]',
    ]);
  });

  it('is nothing when a quoted text makes it no JSON, since EventBridge does not escape it', () => {
    expect(() => transformed('"<said>"')).toThrow(
      new AwsError('INVALID_JSON', 'What the InputTemplate becomes is no JSON.'),
    );
  });

  it.each([
    [
      'two inputs',
      { Input: '1', InputPath: '$' },
      'only one of Input, InputPath and InputTransformer may be given',
    ],
    [
      'an input that is no JSON',
      { Input: 'text' },
      'Input and InputTemplate must be JSON; a string stands in quotes',
    ],
    ['brackets in a path', { InputPath: "$['detail']" }, "the JSON path $['detail'] is not supported"],
    [
      'a filter in a path',
      { InputPath: '$.lines[?(@.sku)]' },
      'the JSON path $.lines[?(@.sku)] is not supported',
    ],
    [
      'a text without quotes',
      { InputTransformer: { InputPathsMap: paths, InputTemplate: '<instance> is in <state>' } },
      'Input and InputTemplate must be JSON; a string stands in quotes',
    ],
    [
      'an unknown placeholder',
      { InputTransformer: { InputTemplate: '"<instance>"' } },
      'InputTemplate contains invalid placeholder instance',
    ],
    [
      'a placeholder as a key',
      { InputTransformer: { InputPathsMap: paths, InputTemplate: '{"x<state>" : 1}' } },
      'a placeholder cannot be an object key in InputTemplate',
    ],
    [
      'a placeholder without quotes as a key',
      { InputTransformer: { InputPathsMap: paths, InputTemplate: '{<state>: 1}' } },
      'a placeholder cannot be an object key in InputTemplate',
    ],
  ])('is refused for %s', (_, target, problem) => {
    expect(() => checkInput('t', target)).toThrow(
      new AwsError('ValidationException', `Target t: ${problem}.`),
    );
  });
});
