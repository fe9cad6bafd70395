import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { declared } from '../../declaration.ts';
import { LocalCloudError, messageOf } from '../../errors.ts';
import { ruleOf, timestamp } from './choice.ts';
import { templateOf } from './expressions.ts';
import { isPath, isReferencePath, isResultPath } from './paths.ts';
import { canCallBack, problemOfTask } from './tasks.ts';

const unsupported = (what: string) => `the local cloud does not support ${what}`;
const pathOf = (isSupported: (value: unknown) => boolean) =>
  z.custom<string>(isSupported, { error: ({ input }) => unsupported(JSON.stringify(input)) });
const path = pathOf(isPath).nullable().optional();
const referencePath = pathOf(isReferencePath).optional();
const resultPath = pathOf(isResultPath).nullable().optional();
const template = z.looseObject({}).optional();
const text = z.string().optional();
const seconds = z.int().min(1).max(99_999_999).optional();

const errorEquals = z.array(z.string()).min(1);
const retrier = z.strictObject({
  Comment: text,
  ErrorEquals: errorEquals,
  IntervalSeconds: seconds,
  MaxAttempts: z.int().min(0).max(99_999_999).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: seconds,
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});
const catcher = z.strictObject({
  Comment: text,
  ErrorEquals: errorEquals,
  Next: z.string(),
  ResultPath: resultPath,
});
const isAllLast = (handlers: readonly { readonly ErrorEquals: readonly string[] }[]) =>
  handlers.every(
    ({ ErrorEquals }, index) =>
      !ErrorEquals.includes('States.ALL') || (ErrorEquals.length === 1 && index === handlers.length - 1),
  );
const ALL_LAST = 'States.ALL must stand alone and last';

/** A branch of a Parallel state, the processor of a Map state or, with more, the whole state machine. */
export interface Branch {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
export interface Machine extends Branch {
  readonly TimeoutSeconds?: number | undefined;
}

const common = { Comment: text, QueryLanguage: z.literal('JSONPath').optional() };
const branchShape = {
  ...common,
  StartAt: z.string(),
  States: z.lazy(() => z.record(z.string().min(1).max(80), state)),
};
const branch: z.ZodType<Branch> = z.strictObject(branchShape);
const processor: z.ZodType<Branch> = z.strictObject({
  ...branchShape,
  ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(),
});
const machine: z.ZodType<Machine> = z.strictObject({
  ...branchShape,
  TimeoutSeconds: seconds,
  Version: z.literal('1.0').optional(),
});

const filtered = { ...common, InputPath: path, OutputPath: path };
const step = { ...filtered, Next: text, End: z.literal(true).optional() };
const working = {
  ...step,
  Parameters: template,
  ResultSelector: template,
  ResultPath: resultPath,
  Retry: z.array(retrier).refine(isAllLast, ALL_LAST).optional(),
  Catch: z.array(catcher).refine(isAllLast, ALL_LAST).optional(),
};
const task = z.strictObject({
  Type: z.literal('Task'),
  ...working,
  Resource: z.string(),
  TimeoutSeconds: seconds,
  TimeoutSecondsPath: referencePath,
  HeartbeatSeconds: seconds,
  HeartbeatSecondsPath: referencePath,
});
const pass = z.strictObject({
  Type: z.literal('Pass'),
  ...step,
  Parameters: template,
  Result: z.unknown().optional(),
  ResultPath: resultPath,
});
const choice = z.strictObject({
  Type: z.literal('Choice'),
  ...filtered,
  Choices: z.array(z.looseObject({ Comment: text, Next: z.string() })).min(1),
  Default: text,
});
const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...step,
  Seconds: z.int().min(0).max(99_999_999).optional(),
  SecondsPath: referencePath,
  Timestamp: timestamp.optional(),
  TimestampPath: referencePath,
});
const succeed = z.strictObject({ Type: z.literal('Succeed'), ...filtered });
const fail = z.strictObject({
  Type: z.literal('Fail'),
  ...common,
  Error: text,
  ErrorPath: referencePath,
  Cause: text,
  CausePath: referencePath,
});
const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...working,
  Branches: z.array(branch).min(1),
});
const map = z.strictObject({
  Type: z.literal('Map'),
  ...working,
  ItemsPath: referencePath,
  ItemSelector: template,
  MaxConcurrency: z.int().min(0).optional(),
  MaxConcurrencyPath: referencePath,
  ItemProcessor: processor.optional(),
  Iterator: processor.optional(),
});
const state = z.discriminatedUnion('Type', [task, pass, choice, wait, succeed, fail, parallel, map]);

export type Retrier = z.output<typeof retrier>;
export type State = z.output<typeof state>;
export type TaskState = z.output<typeof task>;
export type ChoiceState = z.output<typeof choice>;
export type WaitState = z.output<typeof wait>;
export type ForkingState = z.output<typeof parallel> | z.output<typeof map>;

const NEXT = ['Next', 'End'];
const EXACTLY_ONE: { readonly [Type in State['Type']]?: readonly (readonly string[])[] } = {
  Task: [NEXT],
  Pass: [NEXT],
  Wait: [NEXT, ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath']],
  Parallel: [NEXT],
  Map: [NEXT, ['ItemProcessor', 'Iterator']],
};
const NOT_BOTH = [
  ['ItemSelector', 'Parameters'],
  ...['TimeoutSeconds', 'HeartbeatSeconds', 'MaxConcurrency', 'Error', 'Cause'].map((name) => [
    name,
    `${name}Path`,
  ]),
];

/**
 * Reads a definition in the Amazon States Language. What this local cloud would run otherwise than AWS is refused.
 *
 * @throws AwsError InvalidDefinition that names the state and the field
 */
export function readDefinition(json: string): Machine {
  const definition = parseDefinition(json);
  try {
    declared('the state machine', machine, definition);
    check(definition, new Set());
    return definition;
  } catch (error) {
    throw invalidDefinition(`SCHEMA_VALIDATION_FAILED: ${messageOf(error)}`);
  }
}

/** A definition that was read before. */
export const parseDefinition = (json: string): Machine => {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw invalidDefinition(`INVALID_JSON_DESCRIPTION: ${messageOf(error)}`);
  }
};

const invalidDefinition = (problem: string) =>
  new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${problem}'`);

/** What spans fields and states; a name stands once in the whole state machine. */
function check({ StartAt, States }: Branch, names: Set<string>): void {
  const origins = new Map([[StartAt, 'StartAt']]);
  for (const [name, origin] of origins) {
    const reached = Object.hasOwn(States, name) ? States[name] : undefined;
    if (!reached) throw new LocalCloudError(`${origin}: there is no state ${name} to go to`);
    for (const target of targetsOf(reached)) if (!origins.has(target)) origins.set(target, `States.${name}`);
  }
  for (const [name, each] of Object.entries(States)) {
    const isLost = !origins.has(name) && 'it is not reachable';
    const problem = isLost || (names.has(name) && 'there is another state of this name') || problemOf(each);
    if (problem) throw new LocalCloudError(`States.${name}: ${problem}`);
    names.add(name);
    for (const inner of branchesOf(each)) check(inner, names);
  }
  const isEnd = (each: State) => each.Type === 'Succeed' || each.Type === 'Fail' || 'End' in each;
  if (!Object.values(States).some(isEnd))
    throw new LocalCloudError(`${StartAt}: no state ends what begins here`);
}

function problemOf(state: State): string | undefined {
  const has = (field: string) => field in state;
  const unclear =
    EXACTLY_ONE[state.Type]?.find((fields) => fields.filter(has).length !== 1) ??
    NOT_BOTH.find((fields) => fields.every(has));
  if (unclear) return `it must have one of ${unclear.join(', ')}`;
  try {
    for (const [field, value] of Object.entries(state))
      if (/^Parameters$|Selector$/.test(field)) templateOf(value);
    if (state.Type === 'Choice') for (const rule of state.Choices) ruleOf(rule);
  } catch (error) {
    return messageOf(error);
  }
  if (state.Type !== 'Task') return undefined;
  const { Resource, Parameters, HeartbeatSeconds, HeartbeatSecondsPath, TimeoutSeconds } = state;
  const problem = problemOfTask(Resource, Parameters);
  if (problem) return unsupported(problem);
  if ((HeartbeatSeconds ?? HeartbeatSecondsPath) !== undefined && !canCallBack(Resource)) {
    return unsupported('HeartbeatSeconds on a task that waits for no token');
  }
  const isTooLong = (HeartbeatSeconds ?? 0) >= (TimeoutSeconds ?? Number.POSITIVE_INFINITY);
  return isTooLong ? 'HeartbeatSeconds must be less than TimeoutSeconds' : undefined;
}

function targetsOf(from: State): string[] {
  const targets = [
    ...('Next' in from ? [from.Next] : []),
    ...('Catch' in from ? (from.Catch ?? []) : []).map(({ Next }) => Next),
    ...(from.Type === 'Choice' ? [...from.Choices.map(({ Next }) => Next), from.Default] : []),
  ];
  return targets.filter((target) => target !== undefined);
}

/** The branches of a Parallel state, or what a Map state runs for each item. */
export function branchesOf(state: State): readonly Branch[] {
  if (state.Type === 'Parallel') return state.Branches;
  return state.Type === 'Map'
    ? [state.ItemProcessor ?? state.Iterator].filter((each) => each !== undefined)
    : [];
}
