import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { isRecord } from '../../cloudformation/template.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { messageOf } from '../../errors.ts';
import { type ChoiceRule, isIntrinsic, loadLibrary } from './evaluation.ts';
import { isPath, isReferencePath, isResultPath } from './paths.ts';
import { canCallBack, problemOfTask } from './tasks.ts';

const unsupported = ({ input }: { input?: unknown }) =>
  `the local cloud does not support ${JSON.stringify(input)}`;

const path = z.custom<string>(isPath, { error: unsupported }).nullable().optional();
const referencePath = z.custom<string>(isReferencePath, { error: unsupported }).optional();
const resultPath = z.custom<string>(isResultPath, { error: unsupported }).nullable().optional();
const template = z
  .unknown()
  .optional()
  .superRefine((value, { addIssue }) => {
    for (const expression of expressionsIn(value)) {
      if (!isPath(expression) && !isIntrinsic(expression)) addIssue(unsupported({ input: expression }));
    }
  });
const seconds = z.int().min(1).max(99_999_999).optional();
const text = z.string().optional();

const OPERATORS = new RegExp(
  '^(?:(?:(?:String|Numeric|Timestamp)(?:Equals|(?:Less|Greater)Than(?:Equals)?)|BooleanEquals)(?:Path)?' +
    '|StringMatches|Is(?:Null|Present|Numeric|String|Boolean|Timestamp))$',
);
const choiceRule = z.custom<ChoiceRule>((rule) => isRecord(rule) && isRule(rule), { error: unsupported });

const errorEquals = z.array(z.string()).min(1);
const handlers = <Handler extends z.ZodType<{ ErrorEquals: readonly string[] }>>(handler: Handler) =>
  z
    .array(handler)
    .refine(
      (all) =>
        all.every(
          ({ ErrorEquals }, index) =>
            !ErrorEquals.includes('States.ALL') || (ErrorEquals.length === 1 && index === all.length - 1),
        ),
      'States.ALL must stand alone and last',
    )
    .optional();
const retriers = handlers(
  z.strictObject({
    Comment: irrelevant,
    ErrorEquals: errorEquals,
    IntervalSeconds: seconds,
    MaxAttempts: z.int().min(0).max(99_999_999).optional(),
    BackoffRate: z.number().min(1).optional(),
    MaxDelaySeconds: seconds,
    JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
  }),
);
const catchers = handlers(
  z.strictObject({
    Comment: irrelevant,
    ErrorEquals: errorEquals,
    Next: z.string(),
    ResultPath: resultPath,
  }),
);

/** A branch of a Parallel state, the processor of a Map state or, with more, the whole state machine. */
export interface Branch {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}
export interface Machine extends Branch {
  readonly TimeoutSeconds?: number | undefined;
}

const common = { Comment: irrelevant, QueryLanguage: z.literal('JSONPath').optional() };
const filtered = { ...common, InputPath: path, OutputPath: path };
const step = { ...filtered, Next: text, End: z.literal(true).optional() };
const branchWith = (more: z.ZodRawShape) =>
  z
    .strictObject({ ...common, StartAt: z.string(), States: z.record(z.string(), state), ...more })
    .superRefine(({ StartAt, States }, { addIssue }) => {
      const targets = Object.entries(States).flatMap(([name, each]) =>
        targetsOf(each).map((target) => ({ target, path: ['States', name] })),
      );
      for (const { target, path: from } of [{ target: StartAt, path: ['StartAt'] }, ...targets]) {
        if (Object.hasOwn(States, target)) continue;
        addIssue({ code: 'custom', path: from, message: `there is no state ${target} to go to` });
      }
    });
const branch: z.ZodType<Branch> = z.lazy(() => branchWith({}));
const processorConfig = z.strictObject({ Mode: z.literal('INLINE').optional() });
const processor: z.ZodType<Branch> = z.lazy(() =>
  branchWith({ ProcessorConfig: processorConfig.optional() }),
);

const working = {
  ...step,
  Parameters: template,
  ResultSelector: template,
  ResultPath: resultPath,
  Retry: retriers,
  Catch: catchers,
};

const task = z
  .strictObject({
    Type: z.literal('Task'),
    ...working,
    Resource: z.string(),
    TimeoutSeconds: seconds,
    TimeoutSecondsPath: referencePath,
    HeartbeatSeconds: seconds,
    HeartbeatSecondsPath: referencePath,
  })
  .superRefine((state, { addIssue }) => {
    const problem = problemOfTask(state.Resource, state.Parameters);
    if (problem) addIssue(`the local cloud does not support ${problem}`);
    const heartbeat = state.HeartbeatSeconds ?? state.HeartbeatSecondsPath;
    if (heartbeat !== undefined && !canCallBack(state.Resource)) {
      addIssue('the local cloud does not support HeartbeatSeconds on a task that waits for no token');
    }
    if ((state.HeartbeatSeconds ?? 0) >= (state.TimeoutSeconds ?? Number.POSITIVE_INFINITY)) {
      addIssue('HeartbeatSeconds must be less than TimeoutSeconds');
    }
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
  Choices: z.array(choiceRule).min(1),
  Default: text,
});
const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...step,
  Seconds: z.int().min(0).max(99_999_999).optional(),
  SecondsPath: referencePath,
  Timestamp: text,
  TimestampPath: referencePath,
});
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
const succeed = z.strictObject({ Type: z.literal('Succeed'), ...filtered });

const state = z.discriminatedUnion('Type', [task, pass, choice, wait, succeed, fail, parallel, map]);
const machine: z.ZodType<Machine> = branchWith({
  TimeoutSeconds: seconds,
  Version: z.literal('1.0').optional(),
});

export type State = z.output<typeof state>;
export type TaskState = z.output<typeof task>;
export type WaitState = z.output<typeof wait>;
export type ForkingState = z.output<typeof parallel> | z.output<typeof map>;

/**
 * Reads a definition in the Amazon States Language. What this local cloud would run otherwise than AWS is refused.
 *
 * @throws AwsError InvalidDefinition that names the state and the field
 */
export async function readDefinition(json: string): Promise<Machine> {
  try {
    const definition = declared('the state machine', machine, parseDefinition(json));
    const { StateMachine } = await loadLibrary();
    // For what spans states, such as names and ends. The validator writes into what it reads.
    new StateMachine(JSON.parse(json), { validationOptions: { checkArn: false } });
    return definition;
  } catch (error) {
    if (error instanceof AwsError) throw error;
    const problem = messageOf(error).replace(/^State machine definition is invalid.*\n\s*/, '');
    throw invalidDefinition(`SCHEMA_VALIDATION_FAILED: ${problem}`);
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

/** The values of the fields whose names end with `.$`. */
function expressionsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(expressionsIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name.endsWith('.$') ? [inner] : expressionsIn(inner),
  );
}

function isRule({ And, Or, Not, Next, Comment, Variable, ...comparison }: ChoiceRule): boolean {
  const nested = And ?? Or ?? (Not && [Not]);
  const [[operator, operand] = ['', undefined], ...others] = Object.entries(comparison);
  if (nested) return operator === '' && nested.every(isRule);
  return (
    others.length === 0 &&
    OPERATORS.test(operator) &&
    isReferencePath(Variable) &&
    (!operator.endsWith('Path') || isReferencePath(operand))
  );
}

function targetsOf(from: State): string[] {
  const next = 'Next' in from ? [from.Next] : [];
  const caught = 'Catch' in from ? (from.Catch ?? []) : [];
  const chosen = from.Type === 'Choice' ? [...from.Choices, { Next: from.Default }] : [];
  return [...next, ...[...caught, ...chosen].map(({ Next }) => Next)].filter((name) => name !== undefined);
}
