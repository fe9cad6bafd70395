import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { jsonApi } from '../../aws/json-api.ts';
import { operation, parsed } from '../../aws/operation.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { irrelevant } from '../../declaration.ts';
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
/** Where a listing begins that has the newest first. */
const NONE_BEFORE = Number.MAX_SAFE_INTEGER;

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
const machineReference = z.strictObject({ stateMachineArn: arn });
const executionReference = z.strictObject({ executionArn: arn });

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
  const machineAt = (machineArn: string): MachineRow =>
    store.machine(checkedArn(machineArn)) ?? fail('StateMachineDoesNotExist', machineArn);
  const activeMachineAt = (machineArn: string): MachineRow => {
    const machine = machineAt(machineArn);
    return machine.status === 'ACTIVE' ? machine : fail('StateMachineDeleting', machineArn);
  };
  const executionAt = (executionArn: string): ExecutionRow =>
    store.execution(checkedArn(executionArn)) ?? fail('ExecutionDoesNotExist', executionArn);
  const answerTask = (token: string, isTaken: boolean) => {
    if (isTaken) return driver.wake(token);
    const executionArn = executionOf(token) ?? fail('InvalidToken', 'Invalid token');
    const code = store.execution(executionArn) ? 'TaskTimedOut' : 'TaskDoesNotExist';
    return fail(code, 'Provided task does not exist anymore');
  };
  const settle = (token: string, outcome: TokenOutcome) =>
    answerTask(token, store.settleToken(token, JSON.stringify(outcome)));

  const operations = {
    CreateStateMachine: operation(
      z.strictObject({
        name: z.string(),
        definition,
        roleArn: arn,
        type: z.literal('STANDARD').optional(),
        tags: irrelevant,
        ...settings,
      }),
      ({ name, definition, roleArn }) => {
        const machineArn = arnOf('stateMachine', checkedName(name));
        readDefinition(definition);
        const existing = store.machine(machineArn);
        if (existing) activeMachineAt(machineArn);
        if (existing && existing.definition !== definition) fail('StateMachineAlreadyExists', machineArn);
        const createdAt = existing?.createdAt ?? clock.now();
        if (!existing) {
          store.putMachine({ arn: machineArn, name, definition, roleArn, status: 'ACTIVE', createdAt });
        }
        return { stateMachineArn: machineArn, creationDate: seconds(createdAt) };
      },
    ),

    UpdateStateMachine: operation(
      z.strictObject({
        stateMachineArn: arn,
        definition: definition.optional(),
        roleArn: arn.optional(),
        ...settings,
      }),
      ({ stateMachineArn, ...changes }) => {
        if (Object.keys(changes).length === 0) fail('MissingRequiredParameter', 'nothing is to be updated');
        const machine = activeMachineAt(stateMachineArn);
        const { definition = machine.definition, roleArn = machine.roleArn } = changes;
        readDefinition(definition);
        store.putMachine({ ...machine, definition, roleArn });
        return { updateDate: seconds(clock.now()) };
      },
    ),

    DescribeStateMachine: operation(machineReference, ({ stateMachineArn }) => {
      const machine = machineAt(stateMachineArn);
      const { definition, roleArn, status } = machine;
      return { ...listedMachine(machine), definition, roleArn, status };
    }),

    ListStateMachines: operation(z.strictObject(page), (given) => {
      const read = (after: string | undefined, limit: number) => store.machines(after ?? '', limit);
      const { rows, nextToken } = paged(given, 'machines', read, ({ name }) => name);
      return { stateMachines: rows.map(listedMachine), nextToken };
    }),

    DeleteStateMachine: operation(machineReference, ({ stateMachineArn }) =>
      store.deleteMachine(checkedArn(stateMachineArn)),
    ),

    StartExecution: operation(
      z.strictObject({
        stateMachineArn: arn,
        name: z.string().optional(),
        input: data.optional(),
        traceHeader: irrelevant,
      }),
      ({ stateMachineArn: machineArn, name = randomUUID(), input = '{}' }) => {
        const machine = activeMachineAt(machineArn);
        const executionArn = arnOf('execution', machine.name, checkedName(name));
        if (parsed(input) === undefined) fail('InvalidExecutionInput', 'The input is no JSON');
        const existing = store.execution(executionArn);
        if (existing?.status === 'RUNNING' && existing.input === input) {
          return { executionArn, startDate: seconds(existing.startedAt) };
        }
        if (existing) fail('ExecutionAlreadyExists', executionArn);
        if (driver.runningCount >= MAX_OPEN_EXECUTIONS) {
          fail('ExecutionLimitExceeded', `${MAX_OPEN_EXECUTIONS} executions are open`);
        }
        const startedAt = clock.now();
        const { definition, roleArn } = machine;
        driver.start({ arn: executionArn, machineArn, name, definition, roleArn, input, startedAt });
        return { executionArn, startDate: seconds(startedAt) };
      },
    ),

    DescribeExecution: operation(executionReference, ({ executionArn }) => {
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

    StopExecution: operation(
      z.strictObject({ executionArn: arn, ...reason }),
      ({ executionArn, error, cause }) => {
        const execution = executionAt(executionArn);
        return { stopDate: seconds(execution.stoppedAt ?? driver.abort(execution, { error, cause })) };
      },
    ),

    ListExecutions: operation(
      z.strictObject({ stateMachineArn: arn, statusFilter: status.optional(), ...page }),
      ({ stateMachineArn, statusFilter, ...given }) => {
        const { arn: machineArn } = machineAt(stateMachineArn);
        const read = (before: string | undefined, limit: number) =>
          store.executions({
            machineArn,
            status: statusFilter,
            before: Number(before ?? NONE_BEFORE),
            limit,
          });
        const { rows, nextToken } = paged(given, `${machineArn} ${statusFilter}`, read, ({ id }) => id);
        return { executions: rows.map(listedExecution), nextToken };
      },
    ),

    GetExecutionHistory: operation(
      z.strictObject({
        executionArn: arn,
        reverseOrder: z.boolean().default(false),
        includeExecutionData: z.boolean().default(true),
        ...page,
      }),
      ({ executionArn, reverseOrder: isReversed, includeExecutionData, ...given }) => {
        const { id } = executionAt(executionArn);
        if (store.lastEvent(id) === 0) {
          fail('ExecutionDoesNotExist', `${executionArn}: the local cloud keeps the newest histories only`);
        }
        const start = isReversed ? NONE_BEFORE : 0;
        const read = (after: string | undefined, limit: number) =>
          store.events(id, { after: Number(after ?? start), limit, isReversed });
        const { rows, nextToken } = paged(given, `${executionArn} ${isReversed}`, read, (event) => event.id);
        return { events: rows.map((event) => listedEvent(event, includeExecutionData)), nextToken };
      },
    ),

    SendTaskSuccess: operation(z.strictObject({ taskToken, output: data }), ({ taskToken, output }) => {
      if (parsed(output) === undefined) fail('InvalidOutput', 'The output is no JSON');
      settle(taskToken, { output });
    }),
    SendTaskFailure: operation(z.strictObject({ taskToken, ...reason }), ({ taskToken, error, cause }) =>
      settle(taskToken, { error, cause }),
    ),
    SendTaskHeartbeat: operation(z.strictObject({ taskToken }), ({ taskToken }) =>
      answerTask(taskToken, store.beatToken(taskToken, clock.now())),
    ),
  };
  return jsonApi({ signingName: 'states', target: 'AWSStepFunctions', operations });
}

/** With a message as AWS writes it: `State Machine Does Not Exist: 'arn:…'`. */
function fail(code: string, what: string): never {
  throw new AwsError(code, `${code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')}: '${what}'`);
}

function checkedArn(value: string): string {
  return value.startsWith('arn:') ? value : fail('InvalidArn', `Invalid ARN prefix: ${value}`);
}

function checkedName(value: string): string {
  const isValid = value.length > 0 && value.length <= 80 && !FORBIDDEN_IN_NAME.test(value);
  return isValid ? value : fail('InvalidName', value);
}

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
