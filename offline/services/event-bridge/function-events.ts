import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parsed } from '../../aws/operation.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';
import type { DeclaredResource } from '../service.ts';

const text = z.string().optional();
const enabled = z
  .boolean()
  .default(true)
  .transform((isEnabled) => (isEnabled ? 'ENABLED' : 'DISABLED'));
const inputTransformer = z
  .strictObject({ inputTemplate: z.string(), inputPathsMap: z.record(z.string(), z.string()).optional() })
  .transform(({ inputTemplate: InputTemplate, inputPathsMap: InputPathsMap }) =>
    defined({ InputTemplate, InputPathsMap }),
  )
  .optional();

const eventBridgeSchema = z.strictObject({
  eventBus: z.string().default('default'),
  schedule: text,
  name: text,
  description: irrelevant,
  enabled,
  pattern: z.record(z.string(), z.unknown()).optional(),
  input: z
    .record(z.string(), z.unknown())
    .transform((input) => JSON.stringify(input))
    .optional(),
  inputPath: text,
  inputTransformer,
  retryPolicy: z
    .strictObject({ maximumEventAge: z.int().optional(), maximumRetryAttempts: z.int().optional() })
    .transform(({ maximumEventAge: MaximumEventAgeInSeconds, maximumRetryAttempts: MaximumRetryAttempts }) =>
      defined({ MaximumEventAgeInSeconds, MaximumRetryAttempts }),
    )
    .optional(),
  deadLetterQueueArn: text,
});

const scheduleSchema = z.strictObject({
  rate: z.union([z.string().transform((rate) => [rate]), z.array(z.string()).min(1)]),
  enabled,
  name: text,
  description: irrelevant,
  input: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .transform(scheduledInput)
    .optional(),
  inputPath: text,
  inputTransformer,
  method: z.enum(['eventBus', 'scheduler']).default('eventBus'),
  roleArn: irrelevant,
  groupName: text,
  timezone: text,
});

interface EventFunction {
  readonly key: string;
  /** For example `shop-dev-importRows`. */
  readonly name: string;
  readonly arn: string;
}

/**
 * The resources that the framework makes of a function's `eventBridge` and `schedule` events, by its names. `events`
 * are all events of the function, since the framework counts them, with intrinsic functions resolved.
 *
 * @throws LocalCloudError that names the function and a property that is not supported
 */
export function functionEventResources(
  target: EventFunction,
  events: readonly Readonly<Record<string, unknown>>[],
): DeclaredResource[] {
  let schedules = 0;
  return events.flatMap(({ eventBridge, schedule }, index) => {
    if (eventBridge !== undefined) return eventBridgeResources(target, index + 1, eventBridge);
    if (schedule === undefined) return [];
    const resources = scheduleResources(target, schedules, schedule);
    schedules += resources.length;
    return resources;
  });
}

function eventBridgeResources(target: EventFunction, number: number, event: unknown): DeclaredResource[] {
  const declaration = declared(`function ${target.key}: eventBridge`, eventBridgeSchema, event);
  const { eventBus, name, deadLetterQueueArn: deadLetters } = declaration;
  const suffix = `rule-${number}`;
  const Name = name ?? shortened(`${target.name}-${suffix}`, suffix);
  const bus = eventBus.slice(eventBus.indexOf('/') + 1);
  const ruleTarget = defined({
    Id: shortened(`${Name}-target`, 'target'),
    Arn: target.arn,
    Input: declaration.input,
    InputPath: declaration.inputPath,
    InputTransformer: declaration.inputTransformer,
    RetryPolicy: declaration.retryPolicy,
    DeadLetterConfig: deadLetters && { Arn: deadLetters },
  });
  const rule = {
    logicalId: `${capitalized(`${target.name}-${suffix}`.replace(/[^0-9A-Za-z]/g, ''))}EventBridgeRule`,
    type: 'AWS::Events::Rule',
    properties: defined({
      Name,
      EventBusName: bus,
      EventPattern: declaration.pattern,
      ScheduleExpression: declaration.schedule,
      State: declaration.enabled,
      Targets: [ruleTarget],
    }),
  };
  if (eventBus.startsWith('arn:') || bus === 'default') return [rule];
  const logicalId = `${normalized(bus)}EventBridgeEventBus`;
  return [{ logicalId, type: 'AWS::Events::EventBus', properties: { Name: bus } }, rule];
}

function scheduleResources(target: EventFunction, before: number, event: unknown): DeclaredResource[] {
  const owner = `function ${target.key}: schedule`;
  const declaration = declared(owner, scheduleSchema, typeof event === 'string' ? { rate: event } : event);
  const { rate, name: Name, groupName, timezone, input: Input, inputPath: InputPath } = declaration;
  if (rate.length > 1 && Name !== undefined)
    throw new LocalCloudError(`${owner}: one name for several rates.`);
  const isScheduler = declaration.method === 'scheduler';
  const common = {
    Name,
    State: declaration.enabled,
    GroupName: groupName,
    ScheduleExpressionTimezone: timezone,
  };
  const { inputTransformer: InputTransformer } = declaration;
  const Target = defined({ Arn: target.arn, Input, InputPath, InputTransformer });
  const Targets = [{ ...Target, Id: `${target.key}Schedule` }];
  return rate.map((ScheduleExpression, index) => ({
    logicalId: `${normalized(target.key)}${isScheduler ? 'Scheduler' : 'EventsRule'}Schedule${before + index + 1}`,
    type: isScheduler ? 'AWS::Scheduler::Schedule' : 'AWS::Events::Rule',
    properties: defined({
      ...common,
      ScheduleExpression,
      ...(isScheduler ? { Target, FlexibleTimeWindow: { Mode: 'OFF' } } : { Targets }),
    }),
  }));
}

/** As the framework does it: a `body` that is a text is JSON itself. */
function scheduledInput(input: string | Record<string, unknown>, context: z.RefinementCtx): string {
  if (typeof input === 'string') return input;
  const body = typeof input.body === 'string' ? parsed(input.body) : input.body;
  if (body === undefined && 'body' in input) context.addIssue('its body is no JSON');
  return JSON.stringify({ ...input, body });
}

/** As the framework shortens what is longer than 64 characters. */
function shortened(name: string, suffix: string): string {
  if (name.length <= 64) return name;
  return `${name.slice(0, 31 - suffix.length)}${createHash('md5').update(name).digest('hex')}-${suffix}`;
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

const normalized = (name: string) => capitalized(name.replaceAll('-', 'Dash').replaceAll('_', 'Underscore'));

function defined(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
