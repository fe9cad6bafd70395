import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AwsError } from '../../aws/error.ts';
import { compilePattern } from './pattern.ts';

/** The event of eventbridge/latest/userguide/eb-event-patterns.html, with more in its detail. */
const event = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2017-12-22T18:43:48Z',
  region: 'us-west-1',
  resources: [
    'arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0',
    'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:ASGTerminate',
  ],
  detail: {
    'instance-id': 'i-1234567890abcdef0',
    state: 'terminated',
    FileName: 'photos/Cat.PNG',
    'c-count': 5,
    'd-count': 9.5,
    'x-limit': 301.8,
    huge: 6e9,
    spot: true,
    eventVersion: '',
    responseElements: null,
    'source-ip': '10.0.0.33',
    v6: '2001:db8::1',
    nested: { c1: 100 },
    empty: [],
    tags: ['Custom_Alert', 'Insider', 7],
    matrix: [[{ cell: 'a' }], [{ cell: 'b' }]],
    employees: [
      { first: 'Anna', last: 'Doe' },
      { first: 'Zach', last: 'Smith', badge: 12 },
    ],
  },
};

const detail = (pattern: object) => ({ detail: pattern });

/** What to look for in `detail`, and whether it is found. */
const cases: readonly (readonly [string, object, boolean])[] = [
  ['a text', { state: ['terminated'] }, true],
  ['one text of several', { state: ['running', 'terminated'] }, true],
  ['another text', { state: ['running'] }, false],
  ['a text in another case', { state: ['Terminated'] }, false],
  ['all of several fields', { state: ['terminated'], spot: [true] }, true],
  ['not all of several fields', { state: ['terminated'], spot: [false] }, false],
  ['a number', { 'c-count': [5] }, true],
  ['a number as text', { 'c-count': ['5'] }, false],
  ['true', { spot: [true] }, true],
  ['true as text', { spot: ['true'] }, false],
  ['null', { responseElements: [null] }, true],
  ['null where the field is missing', { missing: [null] }, false],
  ['the empty text', { eventVersion: [''] }, true],
  ['the empty text where null is', { responseElements: [''] }, false],
  ['null where the empty text is', { eventVersion: [null] }, false],
  ['null in an empty list', { empty: [null] }, false],
  ['an element of a list', { tags: ['Insider'] }, true],
  ['no element of a list', { tags: ['Outsider'] }, false],
  ['a nested field', { nested: { c1: [100] } }, true],
  ['a nested field of what has none', { state: { c1: [100] } }, false],
  ['values where an object is', { nested: [100] }, false],
  ['fields of one element of a list', { employees: { first: ['Zach'], last: ['Smith'] } }, true],
  ['fields of two elements of a list', { employees: { first: ['Anna'], last: ['Smith'] } }, false],
  ['a field in a list of lists', { matrix: { cell: ['b'] } }, true],
  ['prefix', { state: [{ prefix: 'term' }] }, true],
  ['prefix elsewhere', { state: [{ prefix: 'minated' }] }, false],
  ['prefix of a number', { 'c-count': [{ prefix: '5' }] }, false],
  ['prefix in an element of a list', { tags: [{ prefix: 'Custom' }] }, true],
  ['prefix, ignoring case', { state: [{ prefix: { 'equals-ignore-case': 'TERM' } }] }, true],
  ['suffix', { FileName: [{ suffix: '.PNG' }] }, true],
  ['suffix in another case', { FileName: [{ suffix: '.png' }] }, false],
  ['suffix, ignoring case', { FileName: [{ suffix: { 'equals-ignore-case': '.png' } }] }, true],
  ['equals-ignore-case', { state: [{ 'equals-ignore-case': 'TERMINATED' }] }, true],
  ['equals-ignore-case of a part', { state: [{ 'equals-ignore-case': 'TERM' }] }, false],
  ['anything-but', { state: [{ 'anything-but': 'initializing' }] }, true],
  ['anything-but what it is', { state: [{ 'anything-but': 'terminated' }] }, false],
  ['anything-but a number', { 'x-limit': [{ 'anything-but': 123 }] }, true],
  ['anything-but the number it is', { 'x-limit': [{ 'anything-but': 301.8 }] }, false],
  ['anything-but a list', { state: [{ 'anything-but': ['stopped', 'overloaded'] }] }, true],
  ['anything-but a list that it is in', { state: [{ 'anything-but': ['stopped', 'terminated'] }] }, false],
  ['anything-but a list of numbers', { 'x-limit': [{ 'anything-but': [100, 200, 300] }] }, true],
  ['anything-but of a number as text', { 'c-count': [{ 'anything-but': '5' }] }, true],
  ['anything-but of null', { responseElements: [{ 'anything-but': 'x' }] }, true],
  ['anything-but where the field is missing', { missing: [{ 'anything-but': 'x' }] }, false],
  ['anything-but one element of a list', { tags: [{ 'anything-but': 'Insider' }] }, true],
  ['anything-but prefix', { state: [{ 'anything-but': { prefix: 'init' } }] }, true],
  ['anything-but its prefix', { state: [{ 'anything-but': { prefix: 'term' } }] }, false],
  ['anything-but prefixes', { state: [{ 'anything-but': { prefix: ['init', 'term'] } }] }, false],
  ['anything-but prefix of a number', { 'c-count': [{ 'anything-but': { prefix: '5' } }] }, true],
  ['anything-but suffix', { FileName: [{ 'anything-but': { suffix: '.txt' } }] }, true],
  ['anything-but its suffix', { FileName: [{ 'anything-but': { suffix: ['.txt', '.PNG'] } }] }, false],
  ['anything-but ignoring case', { state: [{ 'anything-but': { 'equals-ignore-case': 'X' } }] }, true],
  [
    'anything-but it in another case',
    { state: [{ 'anything-but': { 'equals-ignore-case': ['Terminated'] } }] },
    false,
  ],
  ['anything-but wildcard', { FileName: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, true],
  ['anything-but its wildcard', { FileName: [{ 'anything-but': { wildcard: ['a*', 'photos/*'] } }] }, false],
  ['a numeric range', { 'c-count': [{ numeric: ['>', 0, '<=', 5] }] }, true],
  ['outside of a numeric range', { 'c-count': [{ numeric: ['>', 0, '<', 5] }] }, false],
  ['numeric <', { 'd-count': [{ numeric: ['<', 10] }] }, true],
  ['numeric >=', { 'c-count': [{ numeric: ['>=', 5] }] }, true],
  ['numeric >', { 'c-count': [{ numeric: ['>', 5] }] }, false],
  ['numeric =', { 'x-limit': [{ numeric: ['=', 3.018e2] }] }, true],
  ['numeric of a text', { state: [{ numeric: ['<', 10] }] }, false],
  ['numeric above 5e9', { huge: [{ numeric: ['>', 0] }] }, false],
  ['exists', { 'c-count': [{ exists: true }] }, true],
  ['exists where null is', { responseElements: [{ exists: true }] }, true],
  ['exists where the field is missing', { missing: [{ exists: true }] }, false],
  ['exists where an object is', { nested: [{ exists: true }] }, false],
  ['exists where an empty list is', { empty: [{ exists: true }] }, false],
  ['absence', { missing: [{ exists: false }] }, true],
  ['absence where an object is', { nested: [{ exists: false }] }, true],
  ['absence where a value is', { state: [{ exists: false }] }, false],
  ['absence below what is missing', { missing: { deeper: [{ exists: false }] } }, true],
  ['absence below an empty list', { empty: { deeper: [{ exists: false }] } }, true],
  ['absence in one element of a list only', { employees: { badge: [{ exists: false }] } }, false],
  ['absence or a value', { missing: [{ exists: false }, 'x'] }, true],
  ['wildcard', { FileName: [{ wildcard: 'photos/*.PNG' }] }, true],
  ['wildcard for nothing', { state: [{ wildcard: '*terminated*' }] }, true],
  ['wildcards whose pieces overlap', { state: [{ wildcard: 'termi*minated' }] }, false],
  ['wildcard elsewhere', { FileName: [{ wildcard: '*.jpg' }] }, false],
  ['wildcards in another order', { state: [{ wildcard: '*nated*term*' }] }, false],
  ['no wildcard in a wildcard', { state: [{ wildcard: 'terminated' }] }, true],
  ['cidr', { 'source-ip': [{ cidr: '10.0.0.0/24' }] }, true],
  ['cidr elsewhere', { 'source-ip': [{ cidr: '10.0.1.0/24' }] }, false],
  ['cidr of IPv6', { v6: [{ cidr: '2001:db8::/32' }] }, true],
  ['cidr of the other version', { v6: [{ cidr: '0.0.0.0/0' }] }, false],
  ['cidr of no address', { state: [{ cidr: '0.0.0.0/0' }] }, false],
  ['the first choice of $or', { $or: [{ spot: [true] }, { 'c-count': [6] }] }, true],
  ['the second choice of $or', { $or: [{ spot: [false] }, { 'c-count': [5] }] }, true],
  ['no choice of $or', { $or: [{ spot: [false] }, { 'c-count': [6] }] }, false],
  ['$or and a field', { state: ['x'], $or: [{ spot: [true] }, { 'c-count': [5] }] }, false],
  ['$or in $or', { $or: [{ spot: [false] }, { $or: [{ state: ['x'] }, { 'c-count': [5] }] }] }, true],
  ['an inherited name', { toString: [{ exists: true }] }, false],
];

describe('a pattern', () => {
  it.each(cases)('finds or does not find %s', (_, pattern, isFound) => {
    expect(compilePattern(detail(pattern))(event)).toBe(isFound);
  });

  it('finds a field above detail, and one element of a list of resources', () => {
    const matches = compilePattern({
      source: ['aws.ec2'],
      time: [{ prefix: '2017-12-22' }],
      resources: [
        'arn:aws:ec2:us-east-1:1:x',
        'arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0',
      ],
    });
    expect(matches(event)).toBe(true);
    expect(matches({ ...event, resources: [] })).toBe(false);
  });

  it.each([null, 'text', 1, [], undefined])('does not match an event that is %p', (value) => {
    expect(compilePattern({ source: ['x'] })(value)).toBe(false);
  });

  it('takes the meaning from an asterisk and a backslash behind a backslash', () => {
    const matches = compilePattern({ path: [{ wildcard: 'C:\\\\dir\\\\\\*.*' }] });
    expect(matches({ path: 'C:\\dir\\*.txt' })).toBe(true);
    expect(matches({ path: 'C:\\dir\\a.txt' })).toBe(false);
  });

  const refused: readonly (readonly [unknown, string])[] = [
    ['text', 'Filter is not an object'],
    [{}, 'Empty objects are not allowed'],
    [{ a: {} }, 'Empty objects are not allowed'],
    [{ a: [] }, 'Empty arrays are not allowed'],
    [{ a: 'x' }, '"a" must be an object or an array'],
    [{ a: [['x']] }, 'Match value must be String, number, true, false, or null'],
    [{ a: [{ regex: 'x' }] }, 'Unrecognized match type regex'],
    [{ a: [{ toString: 'x' }] }, 'Unrecognized match type toString'],
    [{ a: [{}] }, 'Only one key allowed in match expression'],
    [{ a: [{ prefix: 'a', suffix: 'b' }] }, 'Only one key allowed in match expression'],
    [{ a: [{ prefix: 5 }] }, 'prefix match pattern must be a string'],
    [{ a: [{ suffix: ['x'] }] }, 'suffix match pattern must be a string'],
    [{ a: [{ prefix: { wildcard: '*' } }] }, 'Unsupported prefix pattern: wildcard'],
    [{ a: [{ 'equals-ignore-case': 1 }] }, 'equals-ignore-case match pattern must be a string'],
    [{ a: [{ exists: 'yes' }] }, 'exists match pattern must be either true or false.'],
    [{ a: [{ 'anything-but': null }] }, 'Inside anything but list, either all values are number or string'],
    [{ a: [{ 'anything-but': [] }] }, 'Inside anything but list, either all values are number or string'],
    [
      { a: [{ 'anything-but': ['x', 1] }] },
      'Inside anything but list, either all values are number or string',
    ],
    [{ a: [{ 'anything-but': { cidr: '10.0.0.0/8' } }] }, 'Unsupported anything-but pattern: cidr'],
    [{ a: [{ 'anything-but': { prefix: '' } }] }, 'Null prefix not allowed'],
    [{ a: [{ 'anything-but': { suffix: [] } }] }, 'Null suffix not allowed'],
    [{ a: [{ 'anything-but': { prefix: 1 } }] }, 'prefix match pattern must be a string'],
    [{ a: [{ wildcard: 'a**b' }] }, 'Consecutive wildcard characters'],
    [{ a: [{ wildcard: 'a\\b' }] }, 'Invalid escape character in wildcard'],
    [{ a: [{ wildcard: 'a\\' }] }, 'Invalid escape character in wildcard'],
    [{ a: [{ numeric: 5 }] }, 'Unrecognized numeric range operator: undefined'],
    [{ a: [{ numeric: ['!=', 5] }] }, 'Unrecognized numeric range operator: !='],
    [{ a: [{ numeric: ['>', '5'] }] }, 'Value of > must be a number between -5.0e9 and 5.0e9'],
    [{ a: [{ numeric: ['>', 6e9] }] }, 'Value of > must be a number between -5.0e9 and 5.0e9'],
    [{ a: [{ numeric: ['>', 5, '<', 1] }] }, 'Bad numeric range'],
    [{ a: [{ numeric: ['<', 5, '>', 1] }] }, 'Bad numeric range'],
    [{ a: [{ numeric: ['>', 1, '<'] }] }, 'Bad numeric range'],
    [{ a: [{ numeric: ['>', 1, '<', 5, '<', 6] }] }, 'Bad numeric range'],
    [{ a: [{ cidr: '10.0.0.0' }] }, 'Malformed CIDR 10.0.0.0'],
    [{ a: [{ cidr: '10.0.0.0/33' }] }, 'Malformed CIDR 10.0.0.0/33'],
    [{ a: [{ cidr: '10.0.0.0/x' }] }, 'Malformed CIDR 10.0.0.0/x'],
    [{ a: [{ cidr: 'host/8' }] }, 'Malformed CIDR host/8'],
    [{ $or: [{ a: ['x'] }] }, '$or takes a list of at least 2 objects'],
    [{ $or: { a: ['x'] } }, '$or takes a list of at least 2 objects'],
    [{ $or: [{ a: ['x'] }, 'b'] }, 'Empty objects are not allowed'],
    [{ $or: [{ prefix: ['x'] }, { a: ['b'] }] }, 'prefix cannot be a field inside $or'],
  ];

  it.each(refused)('refuses %j: %s', (pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(
      new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`),
    );
  });

  it('matches a wildcard as the regular expression of the same pieces does', () => {
    const letters = fc
      .array(fc.constantFrom('a', 'b', '*', '\\'), { maxLength: 8 })
      .map((all) => all.join(''));
    const pieces = fc.array(
      fc.array(fc.constantFrom('a', 'b', '\\*', '\\\\'), { minLength: 1, maxLength: 3 }),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(pieces, letters, (parts, text) => {
        const wildcard = parts.map((part) => part.join('')).join('*');
        const expression = new RegExp(`^${parts.map((part) => part.join('')).join('.*')}$`, 's');
        expect(compilePattern({ text: [{ wildcard }] })({ text })).toBe(expression.test(text));
      }),
    );
  });

  it('finds with anything-but a value exactly where it does not find it', () => {
    const value = fc.oneof(fc.string(), fc.integer());
    fc.assert(
      fc.property(value, value, (present, wanted) => {
        const finds = (expected: unknown) => compilePattern({ a: [expected] })({ a: present });
        expect(finds({ 'anything-but': wanted })).toBe(!finds(wanted));
      }),
    );
  });
});
