import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { jsonApi, type Operation } from '../../aws/json-api.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { messageOf } from '../../errors.ts';
import type { AwsApi } from '../service.ts';
import type { Clock } from './clock.ts';
import { readDefinition } from './definition.ts';
import type { Driver } from './driver.ts';
import { MAX_DATA_BYTES } from './execution.ts';
import type { EventRow, ExecutionRow, ExecutionStore, MachineRow } from './store.ts';
import { executionOf, type TokenOutcome } from './tokens.ts';

const DEFAULT_PAGE = 100;
/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const FORBIDDEN_IN_NAME = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\p{Cs}\p{Cn}]/u;
/** More than this machine could hold; AWS takes a million. */
const MAX_OPEN_EXECUTIONS = 100_000;

const arn = z.string().min(1).max(256);
const definition = z.string().min(1).max(1_048_576);
const taskToken = z.string().min(1).max(2_048);
const data = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= MAX_DATA_BYTES, `longer than ${MAX_DATA_BYTES} bytes`);
const reason = { error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() };
const settings = {
  loggingConfiguration: irrelevant,
  tracingConfiguration: irrelevant,
  encryptionConfiguration: irrelevant,
};
const page = {
  maxResults: z.int().min(0).max(1_000).optional(),
  nextToken: z.string().min(1).max(3_096).optional(),
};
const status = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']);

/** The API of AWS Step Functions for STANDARD state machines. */
export function stepFunctionsApi(options: {
  readonly region: string;
  readonly store: ExecutionStore;
  readonly driver: Driver;
  readonly clock: Clock;
}): AwsApi {
  const { region, store, driver, clock } = options;
  const arnOf = (kind: string, ...names: string[]) =>
    ['arn:aws:states', region, ACCOUNT_ID, kind, ...names].join(':');

  const machineAt = (machineArn: string): MachineRow => {
    checkArn(machineArn);
    const machine = store.machine(machineArn);
    if (machine) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
  };
  const activeMachineAt = (machineArn: string): MachineRow => {
    const machine = machineAt(machineArn);
    if (machine.status === 'DELETING') throw deleting(machineArn);
    return machine;
  };
  const executionAt = (executionArn: string): ExecutionRow => {
    checkArn(executionArn);
    const execution = store.execution(executionArn);
    if (execution) return execution;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  };
  const answerTask = (token: string, settle: (token: string) => boolean) => {
    const executionArn = executionOf(token);
    if (executionArn === undefined) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    if (!settle(token)) {
      if (store.execution(executionArn)) {
        throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
      }
      throw new AwsError('TaskDoesNotExist', 'The execution of the task does not exist any more.');
    }
    driver.wake(token);
  };
  const settle = (token: string, outcome: TokenOutcome) =>
    answerTask(token, () => store.settleToken(token, JSON.stringify(outcome)));

  const operations = {
    CreateStateMachine: operation(
      {
        name: z.string(),
        definition,
        roleArn: arn,
        type: z.literal('STANDARD').optional(),
        tags: irrelevant,
        ...settings,
      },
      async (input) => {
        checkName(input.name);
        const machineArn = arnOf('stateMachine', input.name);
        const isSame = () => store.machine(machineArn)?.definition === input.definition;
        // What was read before needs no second look, which takes long.
        if (!isSame()) await readDefinition(input.definition);
        const existing = store.machine(machineArn);
        if (existing?.status === 'DELETING') throw deleting(machineArn);
        if (existing && !isSame()) {
          throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${machineArn}'`);
        }
        const createdAt = existing?.createdAt ?? clock.now();
        if (!existing) store.putMachine({ ...input, arn: machineArn, createdAt });
        return { stateMachineArn: machineArn, creationDate: seconds(createdAt) };
      },
    ),

    UpdateStateMachine: operation(
      { stateMachineArn: arn, definition: definition.optional(), roleArn: arn.optional(), ...settings },
      async ({ stateMachineArn, ...changes }) => {
        if (Object.keys(changes).length === 0) {
          const message = 'Either the definition, the role ARN or a configuration must be specified';
          throw new AwsError('MissingRequiredParameter', message);
        }
        if (changes.definition !== undefined) await readDefinition(changes.definition);
        const machine = activeMachineAt(stateMachineArn);
        const { definition: text = machine.definition, roleArn = machine.roleArn } = changes;
        store.putMachine({ ...machine, definition: text, roleArn });
        return { updateDate: seconds(clock.now()) };
      },
    ),

    DescribeStateMachine: operation({ stateMachineArn: arn }, ({ stateMachineArn }) => {
      const machine = machineAt(stateMachineArn);
      const { definition: text, roleArn } = machine;
      return { ...listedMachine(machine), definition: text, roleArn, status: machine.status };
    }),

    ListStateMachines: operation(page, (given) => {
      const read = (after: string | undefined, limit: number) => store.machines(after ?? '', limit);
      const { rows, nextToken } = paged(given, 'machines', read, ({ name }) => name);
      return { stateMachines: rows.map(listedMachine), nextToken };
    }),

    DeleteStateMachine: operation({ stateMachineArn: arn }, ({ stateMachineArn }) => {
      checkArn(stateMachineArn);
      store.deleteMachine(stateMachineArn);
    }),

    StartExecution: operation(
      { stateMachineArn: arn, name: z.string().optional(), input: data.optional(), traceHeader: irrelevant },
      ({ stateMachineArn: machineArn, name = randomUUID(), input = '{}' }) => {
        checkName(name);
        const machine = activeMachineAt(machineArn);
        checkJson(input, 'InvalidExecutionInput', 'Invalid State Machine Execution Input');
        const executionArn = arnOf('execution', machine.name, name);
        const existing = store.execution(executionArn);
        if (existing && (existing.status !== 'RUNNING' || existing.input !== input)) {
          throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
        }
        if (existing) return { executionArn, startDate: seconds(existing.startedAt) };
        if (driver.runningCount >= MAX_OPEN_EXECUTIONS) {
          throw new AwsError('ExecutionLimitExceeded', `${MAX_OPEN_EXECUTIONS} executions are open.`);
        }
        const startedAt = clock.now();
        const { definition: text, roleArn } = machine;
        driver.start({ arn: executionArn, machineArn, name, definition: text, roleArn, input, startedAt });
        return { executionArn, startDate: seconds(startedAt) };
      },
    ),

    DescribeExecution: operation({ executionArn: arn }, ({ executionArn }) => {
      const execution = executionAt(executionArn);
      const { input, output, error, cause } = execution;
      return {
        ...listedExecution(execution),
        ...{ input, inputDetails: { included: true } },
        ...(output !== null && { output, outputDetails: { included: true } }),
        ...(error !== null && { error }),
        ...(cause !== null && { cause }),
      };
    }),

    StopExecution: operation({ executionArn: arn, ...reason }, ({ executionArn, error, cause }) => {
      const execution = executionAt(executionArn);
      return { stopDate: seconds(execution.stoppedAt ?? driver.abort(execution, { error, cause })) };
    }),

    ListExecutions: operation(
      { stateMachineArn: arn, statusFilter: status.optional(), ...page },
      ({ stateMachineArn: machineArn, statusFilter, ...given }) => {
        machineAt(machineArn);
        const read = (before = NONE_BEFORE, limit: number) =>
          store.executions({ machineArn, status: statusFilter, before: Number(before), limit });
        const { rows, nextToken } = paged(given, `${machineArn} ${statusFilter}`, read, ({ id }) => id);
        return { executions: rows.map(listedExecution), nextToken };
      },
    ),

    GetExecutionHistory: operation(
      {
        executionArn: arn,
        reverseOrder: z.boolean().optional(),
        includeExecutionData: z.boolean().optional(),
        ...page,
      },
      ({ executionArn, reverseOrder: isReversed = false, includeExecutionData = true, ...given }) => {
        const { id } = executionAt(executionArn);
        if (store.lastEvent(id) === 0) {
          const kept = 'the local cloud keeps the history of the newest executions only';
          throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}': ${kept}`);
        }
        const start = isReversed ? NONE_BEFORE : 0;
        const read = (after: string | number = start, limit: number) =>
          store.events(id, { after: Number(after), limit, isReversed });
        const { rows, nextToken } = paged(given, `${executionArn} ${isReversed}`, read, (event) => event.id);
        return { events: rows.map((event) => listedEvent(event, includeExecutionData)), nextToken };
      },
    ),

    SendTaskSuccess: operation({ taskToken, output: data }, ({ taskToken: token, output }) => {
      checkJson(output, 'InvalidOutput', 'Invalid Output');
      settle(token, { output });
    }),
    SendTaskFailure: operation({ taskToken, ...reason }, ({ taskToken: token, error, cause }) =>
      settle(token, { error, cause }),
    ),
    SendTaskHeartbeat: operation({ taskToken }, ({ taskToken: token }) =>
      answerTask(token, () => store.beatToken(token, clock.now())),
    ),
  };
  return jsonApi({ signingName: 'states', target: 'AWSStepFunctions', operations });
}

/** @throws AwsError ValidationException that names what the local cloud does not support */
function operation<Shape extends z.ZodRawShape>(
  shape: Shape,
  run: (input: z.output<z.ZodObject<Shape>>) => unknown,
): Operation {
  const schema = z.strictObject(shape);
  return (input) => {
    try {
      declared('the request', schema, input);
    } catch (error) {
      throw new AwsError('ValidationException', messageOf(error));
    }
    return run(schema.parse(input));
  };
}

function checkArn(value: string): void {
  if (!value.startsWith('arn:'))
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${value}'`);
}

function checkName(value: string): void {
  if (value.length > 0 && value.length <= 80 && !FORBIDDEN_IN_NAME.test(value)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${value}'`);
}

function checkJson(text: string, code: string, message: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new AwsError(code, `${message}: '${messageOf(error)}'`);
  }
}

const deleting = (machineArn: string) =>
  new AwsError('StateMachineDeleting', `State Machine Is Deleting: '${machineArn}'`);

/** Where a listing begins that has the newest first. */
const NONE_BEFORE = String(Number.MAX_SAFE_INTEGER);

/** AWS's JSON protocol has times in seconds. */
const seconds = (milliseconds: number) => milliseconds / 1_000;

const listedMachine = ({ arn: stateMachineArn, name, createdAt }: MachineRow) => ({
  stateMachineArn,
  name,
  type: 'STANDARD',
  creationDate: seconds(createdAt),
});

const listedExecution = (execution: ExecutionRow) => ({
  executionArn: execution.arn,
  stateMachineArn: execution.machineArn,
  name: execution.name,
  status: execution.status,
  startDate: seconds(execution.startedAt),
  ...(execution.stoppedAt !== null && { stopDate: seconds(execution.stoppedAt) }),
  redriveCount: 0,
});

function listedEvent({ id, at, type, previous, details }: EventRow, hasData: boolean): object {
  const { input, output, parameters, ...others } = JSON.parse(details);
  const about = hasData ? { input, output, parameters, ...others } : others;
  // Every type has its details by its own name, but those of entering and leaving a state of any type.
  const name = type.replace(/^\w+(?=State(?:Entered|Exited)$)/, '');
  const key = `${name.charAt(0).toLowerCase()}${name.slice(1)}EventDetails`;
  const event = { timestamp: seconds(at), type, id, previousEventId: previous };
  return details === '{}' ? event : { ...event, [key]: about };
}

/** @throws AwsError InvalidToken for the token of another listing */
function paged<Row>(
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
  listing: string,
  read: (after: string | undefined, limit: number) => Row[],
  keyOf: (row: Row) => string | number,
): { rows: Row[]; nextToken: string | undefined } {
  const limit = maxResults || DEFAULT_PAGE;
  const [of, after] =
    nextToken === undefined ? [listing] : Buffer.from(nextToken, 'base64').toString().split('\n');
  if (of !== listing) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  const rows = read(after, limit + 1);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const token = last && Buffer.from(`${listing}\n${keyOf(last)}`).toString('base64');
  return { rows: rows.slice(0, limit), nextToken: token };
}
