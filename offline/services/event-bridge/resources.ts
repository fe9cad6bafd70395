import { z } from 'zod';
import type { AwsClient } from '../../aws/client.ts';
import { AwsError } from '../../aws/error.ts';
import { ACCOUNT_ID, type PhysicalResource } from '../../cloudformation/intrinsics.ts';
import { declared, irrelevant } from '../../declaration.ts';
import { LocalCloudError } from '../../errors.ts';
import type { Provisioner } from '../service.ts';
import { groupSchema, scheduleSchema } from './scheduler.ts';
import { targetSchema } from './target.ts';

const busSchema = z.strictObject({
  Name: z.string(),
  DeadLetterConfig: irrelevant,
  Description: irrelevant,
  KmsKeyIdentifier: irrelevant,
  LogConfig: irrelevant,
  Policy: irrelevant,
  Tags: irrelevant,
});

const ruleSchema = z.strictObject({
  Name: z.string(),
  EventBusName: z.string().default('default'),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  Targets: z.array(targetSchema).default([]),
  Description: irrelevant,
  RoleArn: irrelevant,
  Tags: irrelevant,
});

type Create = (owner: string, properties: Readonly<Record<string, unknown>>) => Promise<PhysicalResource>;

/** Buses, rules and schedules as they are declared, by way of the APIs of EventBridge and its Scheduler. */
export function eventBridgeResources(
  client: AwsClient,
  { region, stackName }: { region: string; stackName: string },
): Provisioner {
  const arnOf = (service: string, resource: string) =>
    `arn:aws:${service}:${region}:${ACCOUNT_ID}:${resource}`;
  const events = <Output>(operation: string, input: object) =>
    client.json<Output>('events', `AWSEvents.${operation}`, input);

  const kinds: Record<string, Create> = {
    async 'AWS::Events::EventBus'(owner, properties) {
      const { Name } = declared(owner, busSchema, properties);
      await unless('ResourceAlreadyExistsException', events('CreateEventBus', { Name }));
      return { ref: Name, attributes: { Name, Arn: arnOf('events', `event-bus/${Name}`) } };
    },

    /** Who may publish is not asked here. */
    async 'AWS::Events::EventBusPolicy'(owner) {
      return { ref: owner, attributes: {} };
    },

    async 'AWS::Events::Rule'(owner, properties) {
      const { EventPattern, Targets, ...rule } = declared(owner, ruleSchema, properties);
      const { Name, EventBusName } = rule;
      const put = { ...rule, ...(EventPattern && { EventPattern: JSON.stringify(EventPattern) }) };
      const { RuleArn } = await events<{ RuleArn: string }>('PutRule', put);
      const which = { Rule: Name, EventBusName };
      const present = await events<{ Targets: { Id: string }[] }>('ListTargetsByRule', which);
      const gone = present.Targets.map(({ Id }) => Id).filter((id) => !Targets.some(({ Id }) => Id === id));
      if (gone.length > 0) await events('RemoveTargets', { ...which, Ids: gone });
      if (Targets.length > 0) await events('PutTargets', { ...which, Targets });
      const bus = EventBusName.split('/').at(-1);
      return { ref: bus === 'default' ? Name : `${bus}|${Name}`, attributes: { Arn: RuleArn } };
    },

    async 'AWS::Scheduler::Schedule'(owner, properties) {
      const schedule = declared(owner, scheduleSchema, properties);
      const { Name, GroupName } = schedule;
      if (!(await schedulerTakes('POST', `/schedules/${Name}`, schedule))) {
        await schedulerTakes('PUT', `/schedules/${Name}`, schedule);
      }
      return { ref: Name, attributes: { Arn: arnOf('scheduler', `schedule/${GroupName}/${Name}`) } };
    },

    async 'AWS::Scheduler::ScheduleGroup'(owner, properties) {
      const { Name } = declared(owner, groupSchema, properties);
      await schedulerTakes('POST', `/schedule-groups/${Name}`, {});
      return { ref: Name, attributes: { Arn: arnOf('scheduler', `schedule-group/${Name}`) } };
    },
  };

  /** Whether it took it; that it has it already is no error. */
  async function schedulerTakes(method: string, path: string, input: object): Promise<boolean> {
    const response = await client.rest('scheduler', method, path, JSON.stringify(input));
    if (response.ok || response.status === 409) return response.ok;
    const { __type, message } = (await response.json()) as Record<string, string>;
    throw new AwsError(__type ?? 'UnknownError', message ?? path, response.status);
  }

  return {
    resourceTypes: Object.keys(kinds),
    async provision({ logicalId, type, properties }) {
      try {
        const named = { Name: `${stackName}-${logicalId}`, ...properties };
        return await (kinds[type] as Create)(`Resource ${logicalId}`, named);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        throw new LocalCloudError(`Resource ${logicalId}: ${error.message}`, { cause: error });
      }
    },
  };
}

async function unless(code: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof AwsError && error.code === code)) throw error;
  }
}
