import { TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { startTestBridge, type TestBridge } from '../../services/event-bridge/testing/event-bridge.ts';
import { contract } from './contract.ts';

const OPERATORS = 'eventbridge/latest/userguide/eb-create-pattern-operators.html';
const PATTERNS = 'eventbridge/latest/userguide/eb-event-patterns.html';
const NULLS = 'eventbridge/latest/userguide/eb-event-patterns-null-values.html';
const ARRAYS = 'eventbridge/latest/userguide/eb-event-patterns-arrays.html';
const TEST = 'eventbridge/latest/APIReference/API_TestEventPattern.html';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await startTestBridge('2026-03-01T00:00:00Z');
});
afterAll(() => bridge.stop());

const EVENT = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2017-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0'],
  detail: { 'instance-id': 'i-1234567890abcdef0', state: 'terminated' },
};

async function matches(pattern: unknown, event: object = EVENT): Promise<boolean | undefined> {
  const input = { EventPattern: JSON.stringify(pattern), Event: JSON.stringify(event) };
  return (await bridge.client.send(new TestEventPatternCommand(input))).Result;
}

/** That the pattern finds the first of two details, and not the second. */
function tells(page: string, title: string, pattern: object, found: object, missed: object): void {
  contract(page, title, async () => {
    expect([
      await matches(pattern, { ...EVENT, detail: found }),
      await matches(pattern, { ...EVENT, detail: missed }),
    ]).toEqual([true, false]);
  });
}

describe('an event pattern', () => {
  contract(
    PATTERNS,
    'matches when all its fields have one of its values, and ignores other fields',
    async () => {
      const pattern = {
        source: ['aws.ec2', 'aws.fargate'],
        'detail-type': ['EC2 Instance State-change Notification'],
        detail: { state: ['terminated'] },
      };
      expect(await matches(pattern)).toBe(true);
      expect(await matches({ ...pattern, source: ['aws.fargate'] })).toBe(false);
      expect(await matches({ ...pattern, missing: ['x'] })).toBe(false);
    },
  );

  contract(PATTERNS, 'matches texts character by character, without folding case', async () => {
    expect(await matches({ source: ['AWS.ec2'] })).toBe(false);
  });

  contract(ARRAYS, 'matches a list that has one of its values', async () => {
    const resources = [
      'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:eb56:autoScalingGroupName/ASGTerminate',
      'arn:aws:ec2:us-east-1:123456789012:instance/i-b188560f',
    ];
    const pattern = {
      resources: [
        'arn:aws:ec2:us-east-1:123456789012:instance/i-b188560f',
        'arn:aws:ec2:us-east-1:111122223333:instance/i-b188560f',
      ],
    };
    expect(await matches(pattern, { ...EVENT, resources })).toBe(true);
    expect(await matches(pattern, { ...EVENT, resources: resources.slice(0, 1) })).toBe(false);
  });

  tells(NULLS, 'tells the empty text from null', { detail: { v: [''] } }, { v: '' }, { v: null });
  tells(NULLS, 'tells null from the empty text', { detail: { v: [null] } }, { v: null }, { v: '' });
  tells(
    OPERATORS,
    'matches a prefix',
    { detail: { region: [{ prefix: 'us-' }] } },
    { region: 'us-east-1' },
    { region: 'eu-west-1' },
  );
  tells(
    OPERATORS,
    'matches a prefix in any case',
    { detail: { service: [{ prefix: { 'equals-ignore-case': 'EventB' } }] } },
    { service: 'EVENTBRIDGE' },
    { service: 'lambda' },
  );
  tells(
    OPERATORS,
    'matches a suffix',
    { detail: { FileName: [{ suffix: '.png' }] } },
    { FileName: 'cat.png' },
    { FileName: 'cat.PNG' },
  );
  tells(
    OPERATORS,
    'matches a suffix in any case',
    { detail: { FileName: [{ suffix: { 'equals-ignore-case': '.png' } }] } },
    { FileName: 'cat.PNG' },
    { FileName: 'cat.gif' },
  );
  tells(
    OPERATORS,
    'matches anything but a value',
    { detail: { state: [{ 'anything-but': 'initializing' }] } },
    { state: 'running' },
    { state: 'initializing' },
  );
  tells(
    OPERATORS,
    'matches anything but the numbers of a list',
    { detail: { 'x-limit': [{ 'anything-but': [100, 200, 300] }] } },
    { 'x-limit': 150 },
    { 'x-limit': 200 },
  );
  tells(
    OPERATORS,
    'matches anything but what ignores case',
    { detail: { state: [{ 'anything-but': { 'equals-ignore-case': ['initializing', 'stopped'] } }] } },
    { state: 'running' },
    { state: 'STOPPED' },
  );
  tells(
    OPERATORS,
    'matches anything but a prefix',
    { detail: { state: [{ 'anything-but': { prefix: 'init' } }] } },
    { state: 'running' },
    { state: 'initializing' },
  );
  tells(
    OPERATORS,
    'matches anything but a suffix',
    { detail: { FileName: [{ 'anything-but': { suffix: '.txt' } }] } },
    { FileName: 'a.png' },
    { FileName: 'a.txt' },
  );
  tells(
    OPERATORS,
    'matches anything but a wildcard',
    { detail: { FilePath: [{ 'anything-but': { wildcard: '*/lib/*' } }] } },
    { FilePath: '/usr/bin/a' },
    { FilePath: '/usr/lib/a' },
  );
  tells(
    OPERATORS,
    'matches a range of numbers with both its ends as they are given',
    { detail: { 'c-count': [{ numeric: ['>', 0, '<=', 5] }] } },
    { 'c-count': 5 },
    { 'c-count': 0 },
  );
  tells(
    OPERATORS,
    'matches an IP address in a block, from 10.0.0.0 to 10.0.0.255',
    { detail: { sourceIPAddress: [{ cidr: '10.0.0.0/24' }] } },
    { sourceIPAddress: '10.0.0.255' },
    { sourceIPAddress: '10.0.1.0' },
  );
  tells(
    OPERATORS,
    'matches a field that is there',
    { detail: { ProductName: [{ exists: true }] } },
    { ProductName: null },
    { other: 1 },
  );
  tells(
    OPERATORS,
    'matches a field that is not a leaf as one that is not there',
    { detail: { 'c-count': [{ exists: false }] } },
    { 'c-count': { c1: 100 } },
    { 'c-count': 100 },
  );
  tells(
    OPERATORS,
    'matches a text in any case',
    { detail: { Name: [{ 'equals-ignore-case': 'alice' }] } },
    { Name: 'Alice' },
    { Name: 'Alicia' },
  );
  tells(
    OPERATORS,
    'matches wildcards',
    { detail: { FileName: [{ wildcard: 'dir/*.png' }] } },
    { FileName: 'dir/sub/a.png' },
    { FileName: 'other/a.png' },
  );
  tells(
    OPERATORS,
    'matches one of the choices of $or',
    { detail: { $or: [{ Location: ['New York'] }, { Day: ['Monday'] }] } },
    { Location: 'Rome', Day: 'Monday' },
    { Location: 'Rome', Day: 'Friday' },
  );
  contract(OPERATORS, 'matches when each of several operators does', async () => {
    const pattern = {
      time: [{ prefix: '2017-10-02' }],
      detail: {
        state: [{ 'anything-but': 'initializing' }],
        'c-count': [{ numeric: ['>', 0, '<=', 5] }],
        'd-count': [{ numeric: ['<', 10] }],
        'x-limit': [{ 'anything-but': [100, 200, 300] }],
      },
    };
    const detail = { state: 'running', 'c-count': 5, 'd-count': 3, 'x-limit': 301.8 };
    const event = { ...EVENT, time: '2017-10-02T16:24:49Z', detail };
    expect(await matches(pattern, event)).toBe(true);
    expect(await matches(pattern, { ...event, detail: { ...detail, 'd-count': 10 } })).toBe(false);
  });

  contract(OPERATORS, 'is refused for wildcards next to each other', async () => {
    await expect(matches({ detail: { path: [{ wildcard: 'a**b' }] } })).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
      message: 'Event pattern is not valid. Reason: Consecutive wildcard characters',
    });
  });

  contract(TEST, 'is refused for an operator that there is not', async () => {
    await expect(matches({ source: [{ contains: 'x' }] })).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
      message: 'Event pattern is not valid. Reason: Unrecognized match type contains',
    });
  });

  contract(TEST, 'is tested only against an event with all the mandatory fields', async () => {
    const { account: _, ...incomplete } = EVENT;
    await expect(matches({ source: ['x'] }, incomplete)).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(await matches({ source: ['x'] }, { ...incomplete, account: '1' })).toBe(false);
  });
});
