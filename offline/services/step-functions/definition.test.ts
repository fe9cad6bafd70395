import { describe, expect, it } from '@jest/globals';
import type { AwsError } from '../../aws/error.ts';
import { readDefinition } from './definition.ts';

function refusal(definition: unknown): string {
  try {
    readDefinition(typeof definition === 'string' ? definition : JSON.stringify(definition));
    return 'taken';
  } catch (error) {
    const { code, message } = error as AwsError;
    return `${code} ${message}`;
  }
}
const only = (state: object) => ({ StartAt: 'A', States: { A: state } });
const pass = (more: object) => only({ Type: 'Pass', End: true, ...more });
const invoke = (more: object) =>
  only({
    Type: 'Task',
    Resource: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
    End: true,
    ...more,
  });
const branch = { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } };

describe('a definition', () => {
  it('is taken as a whole when the local cloud can run it', () => {
    const definition = invoke({
      Comment: 'c',
      Parameters: {
        'a.$': "States.Format('{} (in {})', $.x, $$.Execution.Name)",
        b: [{ 'c.$': '$.list[*].id' }],
      },
      ResultPath: '$.a.b',
      TimeoutSeconds: 5,
      Retry: [
        { ErrorEquals: ['E'], IntervalSeconds: 1, MaxAttempts: 0, BackoffRate: 1, JitterStrategy: 'FULL' },
      ],
    });
    expect(readDefinition(JSON.stringify(definition))).toEqual(definition);
  });

  it.each<[string, unknown, string]>([
    ['text that is no JSON', '{', 'INVALID_JSON_DESCRIPTION'],
    ['JSONata', { ...pass({}), QueryLanguage: 'JSONata' }, 'QueryLanguage'],
    ['a state in JSONata', pass({ QueryLanguage: 'JSONata' }), 'States.A.QueryLanguage'],
    ['a field that the type does not have', pass({ Retry: [] }), 'does not support States.A.Retry'],
    ['variables', pass({ Assign: { x: 1 } }), 'does not support States.A.Assign'],
    ['credentials', invoke({ Credentials: {} }), 'does not support States.A.Credentials'],
    ['a type that there is not', only({ Type: 'Activity' }), 'States.A.Type'],
    [
      'a distributed Map state',
      only({
        Type: 'Map',
        End: true,
        ItemProcessor: { ...branch, ProcessorConfig: { Mode: 'DISTRIBUTED' } },
      }),
      'States.A.ItemProcessor.ProcessorConfig.Mode',
    ],
    [
      'tolerated failures',
      only({ Type: 'Map', End: true, ItemProcessor: branch, ToleratedFailureCount: 1 }),
      'does not support States.A.ToleratedFailureCount',
    ],
    ['a filter in a path', pass({ InputPath: '$.a[?(@.b)]' }), 'does not support "$.a[?(@.b)]"'],
    ['a descent in a path', pass({ Parameters: { 'a.$': '$..b' } }), 'does not support "$..b"'],
    ['a list in a ResultPath', pass({ ResultPath: '$.a[0]' }), 'does not support "$.a[0]"'],
    [
      'a wildcard in an ItemsPath',
      only({ Type: 'Map', End: true, ItemProcessor: branch, ItemsPath: '$[*]' }),
      '"$[*]"',
    ],
    ['a field of a template that is no text', pass({ Parameters: { 'a.$': 1 } }), 'does not support 1'],
    ['a function that there is not', pass({ Parameters: { 'a.$': 'States.Base32($.a)' } }), 'Base32'],
    ['a value too few', pass({ Parameters: { 'a.$': 'States.Hash($.a)' } }), 'States.Hash($.a)'],
    ['a value too many', pass({ Parameters: { 'a.$': 'States.UUID(1)' } }), 'States.UUID(1)'],
    ['no function', pass({ Parameters: { 'a.$': 'States.)' } }), 'States.)'],
    ['an inner function', pass({ Parameters: { 'a.$': 'States.Array(States.No($.a))' } }), 'States.No'],
    [
      'eleven functions in one expression',
      pass({ Parameters: { 'a.$': `${'States.Array('.repeat(11)}1${')'.repeat(11)}` } }),
      'States.Array(',
    ],
    [
      'an operator that there is not',
      only({ Type: 'Choice', Choices: [{ Variable: '$.a', Equals: 1, Next: 'A' }] }),
      'Equals',
    ],
    [
      'a rule with two operators',
      only({ Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, IsString: true, Next: 'A' }] }),
      'IsNull',
    ],
    ['a next state that there is not', only({ Type: 'Pass', Next: 'B' }), 'States.A'],
    ['a catcher to nowhere', invoke({ Catch: [{ ErrorEquals: ['E'], Next: 'B' }] }), 'no state B'],
    [
      'a way out of a branch',
      {
        StartAt: 'A',
        States: {
          A: {
            Type: 'Parallel',
            Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Next: 'A' } } }],
            End: true,
          },
        },
      },
      'no state A',
    ],
    [
      'States.ALL beside others',
      invoke({ Retry: [{ ErrorEquals: ['States.ALL', 'E'] }] }),
      'States.ALL must stand alone',
    ],
    [
      'States.ALL before others',
      invoke({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['E'] }] }),
      'States.ALL must stand alone',
    ],
    ['a retrier with more', invoke({ Retry: [{ ErrorEquals: ['E'], Delay: 1 }] }), 'States.A.Retry.0.Delay'],
    ['a back-off below 1', invoke({ Retry: [{ ErrorEquals: ['E'], BackoffRate: 0.5 }] }), 'BackoffRate'],
    ['a heartbeat of a function', invoke({ HeartbeatSeconds: 1 }), 'waits for no token'],
    [
      'an activity',
      only({ Type: 'Task', Resource: 'arn:aws:states:eu-west-1:0:activity:a', End: true }),
      'activity',
    ],
    [
      'two ends of a wait',
      only({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true }),
      'one of Seconds, SecondsPath, Timestamp, TimestampPath',
    ],
    ['a state that neither ends nor goes on', only({ Type: 'Pass' }), 'SCHEMA_VALIDATION_FAILED'],
  ])('with %s is refused', (_, definition, named) => {
    const refused = refusal(definition);
    expect(refused).toMatch(/^InvalidDefinition /);
    expect(refused).toContain(named);
  });

  it('refuses a heartbeat that is not shorter than the time-out', () => {
    const task = {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: { QueueUrl: 'q', MessageBody: 'b' },
      End: true,
    };
    expect(refusal(only({ ...task, HeartbeatSeconds: 5, TimeoutSeconds: 5 }))).toContain('less than');
    expect(refusal(only({ ...task, HeartbeatSeconds: 5, TimeoutSeconds: 6 }))).toBe('taken');
  });
});
