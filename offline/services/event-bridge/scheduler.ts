import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { jsonApi, type Operation } from '../../aws/json-api.ts';
import { operation, parsed } from '../../aws/operation.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { irrelevant } from '../../declaration.ts';
import type { AwsApi } from '../service.ts';
import type { Delivery } from './delivery.ts';
import { newEvent, timeText } from './event.ts';
import { dueTimes, parseSchedule } from './schedule.ts';
import { targetSchema } from './target.ts';

const MAX_SCHEDULES = 10_000;

const named = z.string().regex(/^[0-9a-zA-Z\-_.]{1,64}$/);

const isInput = (text: string) =>
  parsed(text) !== undefined && !text.includes('<aws.scheduler.attempt-number>');

export const scheduleSchema = z.strictObject({
  Name: named,
  GroupName: named.default('default'),
  ScheduleExpression: z.string().max(256),
  ScheduleExpressionTimezone: z.literal('UTC', 'the only time zone is UTC').optional(),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF', 'the only mode is OFF') }),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Target: targetSchema.omit({ Id: true, InputPath: true, InputTransformer: true }).extend({
    Arn: targetSchema.shape.Arn.refine(
      (arn) => !arn.includes(':event-bus/'),
      'a bus needs EventBridgeParameters',
    ),
    Input: z.string().refine(isInput, 'it must be JSON, without <aws.scheduler.attempt-number>').optional(),
  }),
  Description: irrelevant,
  KmsKeyArn: irrelevant,
  ClientToken: irrelevant,
});

export const groupSchema = z.strictObject({ Name: named, Tags: irrelevant, ClientToken: irrelevant });

type Schedule = z.output<typeof scheduleSchema>;

interface Entry {
  readonly schedule: Schedule;
  readonly dueTime: (now: number) => number | undefined;
}

/** EventBridge Scheduler, with its schedules in memory. */
export function eventScheduler(region: string, now: () => number) {
  const arnOf = (resource: string) => `arn:aws:scheduler:${region}:${ACCOUNT_ID}:${resource}`;
  const groups = new Set(['default']);
  const entries = new Map<string, Entry>();

  function put(schedule: Schedule, present: Entry | undefined): object {
    const { GroupName, Name, ScheduleExpression } = schedule;
    const isSame = present?.schedule.ScheduleExpression === ScheduleExpression;
    // A rate begins at once: scheduler/latest/UserGuide/schedule-types.html
    const dueTime = (start: number) => dueTimes(parseSchedule(ScheduleExpression, start), start - 1);
    entries.set(`${GroupName}/${Name}`, { schedule, dueTime: isSame ? present.dueTime : dueTime(now()) });
    return { ScheduleArn: arnOf(`schedule/${GroupName}/${Name}`) };
  }

  const operations: Record<string, Operation> = {
    CreateSchedule: operation(scheduleSchema, (schedule) => {
      const { GroupName, Name } = schedule;
      if (!groups.has(GroupName)) throw notFound(`Schedule group ${GroupName}`);
      if (entries.has(`${GroupName}/${Name}`)) throw conflict(`Schedule ${Name}`);
      if (entries.size >= MAX_SCHEDULES) {
        throw new AwsError('ServiceQuotaExceededException', 'There are 10000 schedules.', 402);
      }
      return put(schedule, undefined);
    }),
    UpdateSchedule: operation(scheduleSchema, (schedule) => {
      const present = entries.get(`${schedule.GroupName}/${schedule.Name}`);
      if (!present) throw notFound(`Schedule ${schedule.Name}`);
      return put(schedule, present);
    }),
    CreateScheduleGroup: operation(groupSchema, ({ Name }) => {
      if (groups.has(Name)) throw conflict(`Schedule group ${Name}`);
      groups.add(Name);
      return { ScheduleGroupArn: arnOf(`schedule-group/${Name}`) };
    }),
  };

  function deliveryOf({ schedule }: Entry, due: number, at: number): Delivery {
    const { GroupName, Name, Target } = schedule;
    const { Input, ...target } = Target;
    const from = arnOf(`schedule/${GroupName}/${Name}`);
    const labels = {
      SCHEDULE_ARN: from,
      EXECUTION_ID: randomBytes(8).toString('hex'),
      SCHEDULED_TIME: timeText(due),
      IS_PAYLOAD_TRUNCATED: 'false',
    };
    const details = { source: 'aws.scheduler', detailType: 'Scheduled Event', detail: '{}', time: due };
    const message = Input?.replaceAll('<aws.scheduler.schedule-arn>', from)
      .replaceAll('<aws.scheduler.scheduled-time>', labels.SCHEDULED_TIME)
      .replaceAll('<aws.scheduler.execution-id>', labels.EXECUTION_ID);
    const event = message ? JSON.parse(message) : newEvent(region, { ...details, resources: [from] });
    return { from, target: { Id: Name, ...target }, event, at, labels };
  }

  function due(time: number): Delivery[] {
    return [...entries.values()].flatMap((entry) => {
      const dueTime = entry.dueTime(time);
      return dueTime === undefined || entry.schedule.State === 'DISABLED'
        ? []
        : [deliveryOf(entry, dueTime, time)];
    });
  }

  return { api: schedulerApi(operations), due };
}

const CALLED: Readonly<Record<string, string>> = {
  'POST schedules': 'CreateSchedule',
  'PUT schedules': 'UpdateSchedule',
  'POST schedule-groups': 'CreateScheduleGroup',
};

/** In the REST protocol the path has the name: `POST /schedules/sweep`. */
function schedulerApi(operations: Readonly<Record<string, Operation>>): AwsApi {
  const pathOf = (url = '/') => new URL(url, 'http://localhost').pathname.split('/').map(decodeURIComponent);
  return {
    signingName: 'scheduler',
    targets: [],
    operationOf: ({ method, url }) => CALLED[`${method} ${pathOf(url)[1]}`] ?? `${method} ${url}`,
    handle(request, response, called) {
      const Name = pathOf(request.url)[2];
      const named = Object.entries(operations).map(([name, run]): [string, Operation] => [
        name,
        (input) => run({ ...input, Name }),
      ]);
      const api = jsonApi({ signingName: 'scheduler', target: '', operations: Object.fromEntries(named) });
      return api.handle(request, response, called);
    },
  };
}

const notFound = (what: string) => new AwsError('ResourceNotFoundException', `${what} does not exist.`, 404);

const conflict = (what: string) => new AwsError('ConflictException', `${what} already exists.`, 409);
