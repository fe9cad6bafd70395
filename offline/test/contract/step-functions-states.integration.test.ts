import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { type Cloud, failing, functionArn, startCloud } from '../../services/step-functions/testing/cloud.ts';
import { FakeClock } from '../../services/step-functions/testing/fake-clock.ts';
import { contract } from './contract.ts';

const GUIDE = 'step-functions/latest/dg';
const ERRORS = `${GUIDE}/concepts-error-handling.html`;

let cloud: Cloud;
let clock: FakeClock;
/** The names of the errors that `fragile` still fails with; then it answers. */
let failures: string[] = [];
let calls: unknown[] = [];

beforeAll(async () => {
  clock = new FakeClock('2026-03-01T12:00:00.000Z');
  cloud = await startCloud({
    clock,
    random: () => 0.25,
    functions: {
      echo: (payload) => payload,
      nothing: () => undefined,
      large: () => 'x'.repeat(262_143),
      slow: () => new Promise(() => {}),
      fragile(payload) {
        calls.push(payload);
        const name = failures.shift();
        return name === undefined ? 'done' : failing(name, `because of ${name}`);
      },
      failing: ({ name }: { name: string }) => failing(name, `because of ${name}`),
    } as Record<string, (payload: unknown) => unknown>,
  });
});
afterAll(() => cloud.stop());

const task = (name: string, more: object = { End: true }) => ({
  Type: 'Task',
  Resource: functionArn(name),
  ...more,
});
const only = (state: object, others: object = {}) => ({
  StartAt: 'Only',
  States: { Only: state, ...others },
});
const pass = (more: object) => only({ Type: 'Pass', End: true, ...more });
const types = async (executionArn: string) => (await cloud.history(executionArn)).map(({ type }) => type);

describe('what goes into a state and comes out of it', () => {
  contract(
    `${GUIDE}/input-output-inputpath-params.html`,
    'filters by InputPath, then fills Parameters',
    async () => {
      const state = { InputPath: '$.a', Parameters: { 'b.$': '$.b', c: 'text', list: [{ 'd.$': '$.b' }] } };
      expect(await cloud.outcome(pass(state), { a: { b: 1 } })).toEqual({
        b: 1,
        c: 'text',
        list: [{ d: 1 }],
      });
    },
  );

  contract(
    `${GUIDE}/input-output-inputpath-params.html`,
    'takes an empty object for the InputPath null',
    async () => {
      expect(await cloud.outcome(pass({ InputPath: null }), { a: 1 })).toEqual({});
    },
  );

  contract(`${GUIDE}/input-output-inputpath-params.html`, 'selects by name, index and wildcard', async () => {
    const Parameters = { 'ids.$': '$.lines[*].id', 'second.$': '$.lines[1].id', 'odd.$': "$['odd name']" };
    const input = { lines: [{ id: 'a' }, { id: 'b' }], 'odd name': null };
    expect(await cloud.outcome(pass({ Parameters }), input)).toEqual({
      ids: ['a', 'b'],
      second: 'b',
      odd: null,
    });
    const none = { lines: [{ id: 'x' }, { id: 'y' }].slice(2), 'odd name': 0 };
    expect(await cloud.outcome(pass({ Parameters: { 'ids.$': '$.lines[*].id' } }), none)).toEqual({
      ids: [],
    });
  });

  contract(
    ERRORS,
    'fails with States.Runtime for a path that selects nothing, whatever is caught',
    async () => {
      const state = task('echo', {
        End: true,
        Parameters: { 'x.$': '$.missing' },
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
      });
      expect(await cloud.outcome(only(state, { Caught: { Type: 'Succeed' } }))).toMatchObject({
        status: 'FAILED',
        error: 'States.Runtime',
      });
    },
  );

  contract(
    `${GUIDE}/input-output-resultpath.html`,
    'replaces the input, adds to it or keeps it',
    async () => {
      const input = { a: 1 };
      const withPath = (ResultPath: string | null) =>
        cloud.outcome(pass({ Result: { r: 2 }, ResultPath }), input);
      expect(await withPath('$')).toEqual({ r: 2 });
      expect(await withPath('$.x.y')).toEqual({ a: 1, x: { y: { r: 2 } } });
      expect(await withPath(null)).toEqual({ a: 1 });
    },
  );

  contract(ERRORS, 'fails with States.ResultPathMatchFailure where the ResultPath does not fit', async () => {
    expect(await cloud.outcome(pass({ Result: 2, ResultPath: '$.a.b' }), { a: 'text' })).toMatchObject({
      status: 'FAILED',
      error: 'States.ResultPathMatchFailure',
    });
  });

  contract(
    `${GUIDE}/input-output-inputpath-params.html`,
    'selects from a result before it is placed',
    async () => {
      const state = task('echo', {
        Parameters: { 'code.$': '$.code' },
        ResultSelector: { 'got.$': '$.code' },
        ResultPath: '$.result',
        OutputPath: '$.result',
        End: true,
      });
      expect(await cloud.outcome(only(state), { code: 7 })).toEqual({ got: 7 });
    },
  );

  contract(
    `${GUIDE}/input-output-inputpath-params.html`,
    'keeps results that are false, 0, empty or null',
    async () => {
      for (const result of [false, 0, '', null]) {
        expect(await cloud.outcome(pass({ Result: result }), { a: 1 })).toBe(result);
        const state = task('echo', { InputPath: '$.a', ResultSelector: { 'v.$': '$' }, End: true });
        expect(await cloud.outcome(only(state), { a: result })).toEqual({ v: result });
      }
      expect(await cloud.outcome(only(task('nothing')))).toBeNull();
    },
  );

  contract(`${GUIDE}/input-output-contextobject.html`, 'has the context object', async () => {
    const Parameters = {
      'execution.$': '$$.Execution',
      'entered.$': '$$.State.EnteredTime',
      'state.$': '$$.State.Name',
      'machine.$': '$$.StateMachine.Name',
      'original.$': '$$.Execution.Input.a',
    };
    const definition = {
      StartAt: 'First',
      States: {
        First: { Type: 'Pass', Result: {}, Next: 'Second' },
        Second: { Type: 'Pass', Parameters, End: true },
      },
    };
    const executionArn = await cloud.start(definition, { a: 1 }, 'in-context');
    const machine = /machine-\d+/.exec(executionArn)?.[0];
    expect(JSON.parse((await cloud.ended(executionArn)).output ?? '')).toEqual({
      execution: {
        Id: executionArn,
        Input: { a: 1 },
        Name: 'in-context',
        RoleArn: 'arn:aws:iam::000000000000:role/workflow',
        StartTime: '2026-03-01T12:00:00.000Z',
        RedriveCount: 0,
      },
      entered: '2026-03-01T12:00:00.000Z',
      state: 'Second',
      machine,
      original: 1,
    });
  });

  contract(`${GUIDE}/intrinsic-functions.html`, 'evaluates intrinsic functions', async () => {
    const Parameters = {
      'text.$': "States.Format('{} has {} (it\\'s so)', $.name, States.ArrayLength($.list))",
      'array.$': 'States.Array($.name, 3, null, States.MathAdd($.list[0], -1))',
      'parsed.$': 'States.StringToJson($.json)',
      'string.$': 'States.JsonToString($.object)',
      'range.$': 'States.ArrayRange(1, 9, 2)',
      'parts.$': 'States.ArrayPartition($.list, 2)',
      'has.$': 'States.ArrayContains($.list, 2)',
      'unique.$': 'States.ArrayUnique($.list)',
    };
    const input = { name: 'C:\\a "b"', list: [1, 2, 2], json: '{"a":"\\"x\\""}', object: { q: '"\\' } };
    expect(await cloud.outcome(pass({ Parameters }), input)).toEqual({
      text: 'C:\\a "b" has 3 (it\'s so)',
      array: ['C:\\a "b"', 3, null, 0],
      parsed: { a: '"x"' },
      string: '{"q":"\\"\\\\"}',
      range: [1, 3, 5, 7, 9],
      parts: [[1, 2], [2]],
      has: true,
      unique: [1, 2],
    });
  });

  contract(`${GUIDE}/intrinsic-functions.html`, 'encodes, hashes, merges and splits', async () => {
    const Parameters = {
      'encoded.$': "States.Base64Encode('Data to encode')",
      'decoded.$': "States.Base64Decode('RGVjb2RlZCBkYXRh')",
      'hash.$': "States.Hash('input data', 'SHA-1')",
      'merged.$': 'States.JsonMerge($.json1, $.json2, false)',
      'parts.$': "States.StringSplit('This.is+a,test=string', '.+,=')",
      'item.$': 'States.ArrayGetItem($.list, 5)',
      'random.$': 'States.MathRandom(3, 4)',
    };
    const input = {
      json1: { a: { a1: 1, a2: 2 }, b: 2 },
      json2: { a: { a3: 1, a4: 2 }, c: 3 },
      list: [1, 2, 3, 4, 5, 6],
    };
    expect(await cloud.outcome(pass({ Parameters }), input)).toEqual({
      encoded: 'RGF0YSB0byBlbmNvZGU=',
      decoded: 'Decoded data',
      hash: 'aaff4a450a104cd177d28d18d74485e8cae074b7',
      merged: { a: { a3: 1, a4: 2 }, b: 2, c: 3 },
      parts: ['This', 'is', 'a', 'test', 'string'],
      item: 6,
      random: 3,
    });
  });

  contract(`${GUIDE}/intrinsic-functions.html`, 'makes another UUID for each call', async () => {
    const state = pass({ Parameters: { 'ids.$': 'States.Array(States.UUID(), States.UUID())' } });
    const { ids } = (await cloud.outcome(state, {})) as { ids: string[] };
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(new Set(ids).size).toBe(2);
  });

  contract(
    `${GUIDE}/intrinsic-functions.html`,
    'fails with States.IntrinsicFailure where one fails',
    async () => {
      const failed = { status: 'FAILED', error: 'States.IntrinsicFailure' };
      for (const expression of [
        "States.Format('{} {}', $.a)",
        'States.StringToJson($.a)',
        'States.MathAdd($.a, 1)',
        'States.ArrayGetItem($.list, 1)',
        'States.ArrayRange(1, 1001, 1)',
        "States.Hash($.a, 'MD4')",
        'States.JsonMerge($, $, true)',
      ]) {
        const state = pass({ Parameters: { 'v.$': expression } });
        expect(await cloud.outcome(state, { a: 'text', list: [0] })).toMatchObject(failed);
      }
    },
  );

  contract(ERRORS, 'fails with States.DataLimitExceeded, which States.ALL does not catch', async () => {
    const caught = (ErrorEquals: string[]) =>
      cloud.outcome(
        only(task('large', { End: true, Catch: [{ ErrorEquals, Next: 'Caught' }] }), {
          Caught: { Type: 'Succeed' },
        }),
      );
    expect(await caught(['States.ALL'])).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
    expect(await caught(['States.DataLimitExceeded'])).toMatchObject({ Error: 'States.DataLimitExceeded' });
  });
});

describe('a Choice state', () => {
  const choose = async (rule: object, input: unknown) =>
    cloud.outcome(
      only(
        { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
        { Yes: { Type: 'Pass', Result: 'yes', End: true }, No: { Type: 'Pass', Result: 'no', End: true } },
      ),
      input,
    );

  contract(`${GUIDE}/state-choice.html`, 'takes the first rule that matches', async () => {
    const definition = only(
      {
        Type: 'Choice',
        Choices: [
          { Not: { Variable: '$.type', StringEquals: 'Private' }, Next: 'Public' },
          { Variable: '$.value', NumericEquals: 0, Next: 'ValueIsZero' },
          {
            And: [
              { Variable: '$.value', NumericGreaterThanEquals: 20 },
              { Variable: '$.value', NumericLessThan: 30 },
            ],
            Next: 'ValueInTwenties',
          },
        ],
      },
      Object.fromEntries(
        ['Public', 'ValueIsZero', 'ValueInTwenties'].map((Result) => [
          Result,
          { Type: 'Pass', Result, End: true },
        ]),
      ),
    );
    expect(await cloud.outcome(definition, { type: 'Private', value: 22 })).toBe('ValueInTwenties');
    expect(await cloud.outcome(definition, { type: 'Private', value: 0 })).toBe('ValueIsZero');
    expect(await cloud.outcome(definition, { type: 'other', value: 0 })).toBe('Public');
    expect(await cloud.outcome(definition, { type: 'Private', value: 30 })).toMatchObject({
      error: 'States.NoChoiceMatched',
    });
  });

  contract(`${GUIDE}/state-choice.html`, 'tests types and presence both ways', async () => {
    expect(await choose({ Variable: '$.a', IsPresent: false }, {})).toBe('yes');
    expect(await choose({ Variable: '$.a', IsPresent: true }, { a: null })).toBe('yes');
    expect(await choose({ Variable: '$.a', IsNull: false }, { a: 0 })).toBe('yes');
    expect(await choose({ Variable: '$.a', IsNumeric: true }, { a: '1' })).toBe('no');
    expect(await choose({ Variable: '$.a', IsTimestamp: true }, { a: '2026-03-01T12:00:00Z' })).toBe('yes');
  });

  contract(`${GUIDE}/state-choice.html`, 'does not match a number with a text', async () => {
    expect(await choose({ Variable: '$.a', NumericLessThan: 10 }, { a: '5' })).toBe('no');
    expect(await choose({ Variable: '$.a', StringLessThan: '9' }, { a: 5 })).toBe('no');
    expect(await choose({ Variable: '$.a', BooleanEquals: false }, { a: null })).toBe('no');
  });

  contract(`${GUIDE}/state-choice.html`, 'knows the wildcard * in StringMatches, and only that', async () => {
    expect(await choose({ Variable: '$.a', StringMatches: 'log-*.txt' }, { a: 'log-zebra.txt' })).toBe('yes');
    expect(await choose({ Variable: '$.a', StringMatches: 'log-?' }, { a: 'log-z' })).toBe('no');
    expect(await choose({ Variable: '$.a', StringMatches: 'a\\*b' }, { a: 'a*b' })).toBe('yes');
    expect(await choose({ Variable: '$.a', StringMatches: '*' }, { a: 1 })).toBe('no');
  });

  contract(
    `${GUIDE}/state-choice.html`,
    'compares with what another path or the context selects',
    async () => {
      expect(await choose({ Variable: '$.a', NumericGreaterThanPath: '$.b' }, { a: 2, b: 1 })).toBe('yes');
      expect(await choose({ Variable: '$$.State.Name', StringEquals: 'Only' }, {})).toBe('yes');
      expect(await choose({ Variable: '$.a', StringEquals: 'x' }, {})).toMatchObject({
        error: 'States.Runtime',
      });
    },
  );
});

describe('a Wait state', () => {
  contract(`${GUIDE}/state-wait.html`, 'waits for seconds, or until a timestamp', async () => {
    const waits = async (fields: object, input: object = {}) => {
      const executionArn = await cloud.start(only({ Type: 'Wait', ...fields, End: true }), input);
      const waited = await clock.next();
      expect(await types(executionArn)).toContain('WaitStateEntered');
      await cloud.ended(executionArn);
      return waited;
    };
    expect(await waits({ Seconds: 10 })).toBe(10_000);
    expect(await waits({ SecondsPath: '$.s' }, { s: 90 })).toBe(90_000);
    const inAMinute = new Date(clock.now() + 60_000).toISOString();
    expect(await waits({ Timestamp: inAMinute })).toBe(60_000);
    const inAnHour = new Date(clock.now() + 3_600_000).toISOString();
    expect(await waits({ TimestampPath: '$.at' }, { at: inAnHour })).toBe(3_600_000);
  });
});

describe('a Fail state', () => {
  contract(`${GUIDE}/state-fail.html`, 'ends the execution with its error and cause', async () => {
    expect(await cloud.outcome(only({ Type: 'Fail', Error: 'ErrorA', Cause: 'Kaiju attack' }))).toEqual({
      status: 'FAILED',
      error: 'ErrorA',
      cause: 'Kaiju attack',
    });
    const byPath = { Type: 'Fail', ErrorPath: '$.e', CausePath: '$.c' };
    expect(await cloud.outcome(only(byPath), { e: 'E', c: 'C' })).toMatchObject({ error: 'E', cause: 'C' });
    expect(await cloud.outcome(only(byPath), { e: 5, c: 'C' })).toMatchObject({ error: 'States.Runtime' });
  });
});

describe('Retry and Catch', () => {
  const fragile = (handlers: { Catch?: object }) =>
    only(
      task('fragile', { End: true, ...handlers }),
      handlers.Catch && { Caught: { Type: 'Pass', End: true } },
    );
  const begin = (names: string[], handlers: { Retry?: object; Catch?: object; Parameters?: object }) => {
    failures = [...names];
    calls = [];
    return cloud.start(fragile(handlers), { a: 1 });
  };

  contract(ERRORS, 'waits 3 and 4.5 seconds for an interval of 3, a rate of 1.5 and 2 attempts', async () => {
    const Retry = [{ ErrorEquals: ['ErrorA'], IntervalSeconds: 3, MaxAttempts: 2, BackoffRate: 1.5 }];
    const executionArn = await begin(['ErrorA', 'ErrorA', 'ErrorA', 'ErrorA'], { Retry });
    expect([await clock.next(), await clock.next()]).toEqual([3_000, 4_500]);
    expect(await cloud.ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'ErrorA',
      cause: '{"errorType":"ErrorA","errorMessage":"because of ErrorA","trace":[]}',
    });
    expect(calls).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }]);
  });

  contract(ERRORS, 'tries 3 more times after 1, 2 and 4 seconds where nothing is said', async () => {
    const executionArn = await begin(['E', 'E', 'E'], { Retry: [{ ErrorEquals: ['States.TaskFailed'] }] });
    expect([await clock.next(), await clock.next(), await clock.next()]).toEqual([1_000, 2_000, 4_000]);
    expect(await cloud.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
  });

  contract(ERRORS, 'counts each retrier by itself, and then catches', async () => {
    const Retry = [
      { ErrorEquals: ['ErrorA', 'ErrorB'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
      { ErrorEquals: ['ErrorC'], IntervalSeconds: 5 },
    ];
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
    const executionArn = await begin(['ErrorA', 'ErrorB', 'ErrorC', 'ErrorB'], { Retry, Catch });
    expect([await clock.next(), await clock.next(), await clock.next()]).toEqual([1_000, 2_000, 5_000]);
    const { output = '' } = await cloud.ended(executionArn);
    expect(JSON.parse(output)).toMatchObject({ Error: 'ErrorB' });
    expect(calls).toHaveLength(4);
  });

  contract(ERRORS, 'never retries what has a MaxAttempts of 0', async () => {
    const Retry = [{ ErrorEquals: ['ErrorA'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }];
    const executionArn = await begin(['ErrorA'], { Retry });
    expect(await cloud.ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'ErrorA' });
    expect(calls).toHaveLength(1);
  });

  contract(
    ERRORS,
    'keeps delays below MaxDelaySeconds, and makes them random by JitterStrategy FULL',
    async () => {
      const Retry = [
        {
          ErrorEquals: ['E'],
          IntervalSeconds: 4,
          BackoffRate: 10,
          MaxDelaySeconds: 20,
          JitterStrategy: 'FULL',
        },
      ];
      const executionArn = await begin(['E', 'E'], { Retry });
      expect([await clock.next(), await clock.next()]).toEqual([1_000, 5_000]);
      await cloud.ended(executionArn);
    },
  );

  contract(`${GUIDE}/input-output-contextobject.html`, 'counts retries in the context object', async () => {
    const Retry = [{ ErrorEquals: ['E'] }];
    const executionArn = await begin(['E'], { Retry, Parameters: { 'n.$': '$$.State.RetryCount' } });
    await clock.next();
    await cloud.ended(executionArn);
    expect(calls).toEqual([{ n: 0 }, { n: 1 }]);
  });

  contract(
    ERRORS,
    'goes to the first catcher that names the error, with the error in the input',
    async () => {
      const definition = only(
        task('failing', {
          End: true,
          Catch: [
            { ErrorEquals: ['Other'], Next: 'Wrong' },
            { ErrorEquals: ['ValidationError'], ResultPath: '$.error', Next: 'Right' },
            { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
          ],
        }),
        { Wrong: { Type: 'Fail' }, Right: { Type: 'Succeed' } },
      );
      expect(await cloud.outcome(definition, { name: 'ValidationError' })).toEqual({
        name: 'ValidationError',
        error: {
          Error: 'ValidationError',
          Cause: '{"errorType":"ValidationError","errorMessage":"because of ValidationError","trace":[]}',
        },
      });
    },
  );

  contract(ERRORS, 'reports a function that ran out of its time as Sandbox.Timedout', async () => {
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }];
    const definition = only(task('failing', { End: true, Catch }), { Caught: { Type: 'Pass', End: true } });
    expect(await cloud.outcome(definition, { name: 'Sandbox.Timedout' })).toMatchObject({
      Error: 'Sandbox.Timedout',
    });
  });

  contract(ERRORS, 'reports a function that does not exist', async () => {
    expect(await cloud.outcome(only(task('absent')))).toMatchObject({
      status: 'FAILED',
      error: 'Lambda.ResourceNotFoundException',
    });
  });

  contract(ERRORS, 'times a task out with States.Timeout, which States.TaskFailed is not', async () => {
    const Catch = [
      { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
      { ErrorEquals: ['States.Timeout'], Next: 'Right' },
    ];
    const definition = only(task('slow', { TimeoutSeconds: 5, Catch, End: true }), {
      Wrong: { Type: 'Fail' },
      Right: { Type: 'Succeed' },
    });
    const executionArn = await cloud.start(definition);
    expect(await clock.next()).toBe(5_000);
    expect(await cloud.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await types(executionArn)).toContain('LambdaFunctionTimedOut');
    const byPath = await cloud.start(only(task('slow', { TimeoutSecondsPath: '$.t', End: true })), { t: 7 });
    expect(await clock.next()).toBe(7_000);
    expect(await cloud.ended(byPath)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  contract(`${GUIDE}/statemachine-structure.html`, 'times the whole execution out', async () => {
    const executionArn = await cloud.start({ ...only(task('slow')), TimeoutSeconds: 60 });
    expect(await clock.next()).toBe(60_000);
    expect(await cloud.ended(executionArn)).toMatchObject({ status: 'TIMED_OUT' });
    expect((await types(executionArn)).at(-1)).toBe('ExecutionTimedOut');
  });
});

describe('a Parallel state', () => {
  contract(`${GUIDE}/state-parallel.html`, 'refuses a state name that stands twice', async () => {
    const Branches = [only(task('echo'))];
    const started = cloud.start(only({ Type: 'Parallel', Branches, End: true }), {});
    await expect(started).rejects.toThrow('there is another state of this name');
  });

  contract(
    `${GUIDE}/state-parallel.html`,
    'gives each branch the input, and their outputs as a list',
    async () => {
      const Branches = [
        { StartAt: 'A', States: { A: task('echo') } },
        { StartAt: 'B', States: { B: { Type: 'Pass', Result: 2, End: true } } },
      ];
      const state = only({ Type: 'Parallel', Branches, ResultPath: '$.r', End: true });
      expect(await cloud.outcome(state, { a: 1 })).toEqual({ a: 1, r: [{ a: 1 }, 2] });
    },
  );

  contract(
    `${GUIDE}/state-parallel.html`,
    'ends every branch when one fails, and can catch that',
    async () => {
      const Branches = [
        { StartAt: 'Slow', States: { Slow: task('slow') } },
        { StartAt: 'Bad', States: { Bad: { Type: 'Fail', Error: 'BranchError', Cause: 'why' } } },
      ];
      const Catch = [{ ErrorEquals: ['BranchError'], ResultPath: '$.error', Next: 'Caught' }];
      const definition = only(
        { Type: 'Parallel', Branches, Catch, End: true },
        { Caught: { Type: 'Pass', End: true } },
      );
      const executionArn = await cloud.start(definition, { a: 1 });
      expect(JSON.parse((await cloud.ended(executionArn)).output ?? '')).toEqual({
        a: 1,
        error: { Error: 'BranchError', Cause: 'why' },
      });
      expect(await types(executionArn)).toEqual([
        'ExecutionStarted',
        'ParallelStateEntered',
        'ParallelStateStarted',
        'TaskStateEntered',
        'LambdaFunctionScheduled',
        'LambdaFunctionStarted',
        'FailStateEntered',
        'ParallelStateFailed',
        'ParallelStateExited',
        'PassStateEntered',
        'PassStateExited',
        'ExecutionSucceeded',
      ]);
    },
  );

  contract(
    `${GUIDE}/state-parallel.html`,
    'leaves nothing of its other branches behind when it failed',
    async () => {
      const Branches = [
        { StartAt: 'Slow', States: { Slow: { Type: 'Wait', Seconds: 5, End: true } } },
        { StartAt: 'Bad', States: { Bad: { Type: 'Fail', Error: 'BranchError' } } },
      ];
      const Catch = [{ ErrorEquals: ['BranchError'], Next: 'Then' }];
      const definition = only(
        { Type: 'Parallel', Branches, Catch, End: true },
        { Then: { Type: 'Wait', Seconds: 10, End: true } },
      );
      const executionArn = await cloud.start(definition);
      expect(await clock.next()).toBe(10_000);
      expect(await cloud.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    },
  );

  contract(`${GUIDE}/state-parallel.html`, 'can be retried as a whole', async () => {
    failures = ['E'];
    calls = [];
    const Branches = [{ StartAt: 'A', States: { A: task('fragile') } }];
    const Retry = [{ ErrorEquals: ['E'], IntervalSeconds: 2 }];
    const executionArn = await cloud.start(only({ Type: 'Parallel', Branches, Retry, End: true }));
    expect(await clock.next()).toBe(2_000);
    expect(await cloud.ended(executionArn)).toMatchObject({ output: '["done"]' });
    expect(calls).toHaveLength(2);
  });
});

describe('a Map state', () => {
  const map = (more: object, processor: object = { A: task('echo') }) =>
    only({ Type: 'Map', ItemProcessor: { StartAt: 'A', States: processor }, End: true, ...more });

  contract(
    `${GUIDE}/state-map-inline.html`,
    'runs for each item, with index and value in the context',
    async () => {
      const ItemSelector = {
        'index.$': '$$.Map.Item.Index',
        'value.$': '$$.Map.Item.Value',
        'currency.$': '$.currency',
      };
      const A = task('echo', { Next: 'B' });
      const B = { Type: 'Pass', Parameters: { 'inner.$': '$$.Map.Item.Index', 'all.$': '$' }, End: true };
      const input = { currency: 'EUR', prices: [10, null] };
      expect(await cloud.outcome(map({ ItemsPath: '$.prices', ItemSelector }, { A, B }), input)).toEqual([
        { inner: 0, all: { index: 0, value: 10, currency: 'EUR' } },
        { inner: 1, all: { index: 1, value: null, currency: 'EUR' } },
      ]);
    },
  );

  contract(`${GUIDE}/state-map-inline.html`, 'keeps the order of the items, also of none', async () => {
    const items = Array.from({ length: 60 }, (_, index) => index);
    expect(
      await cloud.outcome(
        map({ ItemProcessor: undefined, Iterator: { StartAt: 'A', States: { A: task('echo') } } }),
        items,
      ),
    ).toEqual(items);
    expect(await cloud.outcome(map({ MaxConcurrency: 1 }), [])).toEqual([]);
  });

  contract(
    `${GUIDE}/state-map-inline.html`,
    'runs no more iterations at once than MaxConcurrency',
    async () => {
      const executionArn = await cloud.start(
        map({ MaxConcurrency: 2 }, { A: { Type: 'Wait', Seconds: 1, End: true } }),
        [1, 2, 3],
      );
      await clock.next();
      await clock.next();
      await cloud.ended(executionArn);
      const waits = (await types(executionArn)).filter((type) =>
        /WaitState|Iteration(Started|Succeeded)/.test(`${type}`),
      );
      expect(waits.slice(0, 4)).toEqual([
        'MapIterationStarted',
        'WaitStateEntered',
        'MapIterationStarted',
        'WaitStateEntered',
      ]);
      expect(waits[4]).toBe('WaitStateExited');
    },
  );

  contract(`${GUIDE}/state-map-inline.html`, 'fails when an iteration fails', async () => {
    const executionArn = await cloud.start(map({}, { A: task('failing') }), [{ name: 'E1' }]);
    expect(await cloud.ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'E1' });
    expect((await cloud.history(executionArn)).slice(2)).toMatchObject([
      { type: 'MapStateStarted', mapStateStartedEventDetails: { length: 1 } },
      {
        type: 'MapIterationStarted',
        mapIterationStartedEventDetails: { name: 'Only', index: 0 },
        previousEventId: 3,
      },
      { type: 'TaskStateEntered' },
      { type: 'LambdaFunctionScheduled' },
      { type: 'LambdaFunctionStarted' },
      { type: 'LambdaFunctionFailed', lambdaFunctionFailedEventDetails: { error: 'E1' } },
      { type: 'MapIterationFailed', mapIterationFailedEventDetails: { name: 'Only', index: 0 } },
      { type: 'MapStateFailed' },
      { type: 'ExecutionFailed', executionFailedEventDetails: { error: 'E1' } },
    ]);
  });

  contract(ERRORS, 'fails with States.Runtime for what is no list', async () => {
    expect(await cloud.outcome(map({}), { a: 1 })).toMatchObject({ error: 'States.Runtime' });
  });
});
