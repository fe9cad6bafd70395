import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import type { Operation } from '../../aws/json-api.ts';
import { operation, type Paging, page, paging, parsed } from '../../aws/operation.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { irrelevant } from '../../declaration.ts';
import { compilePattern } from './pattern.ts';
import { dueTimes, parseSchedule } from './schedule.ts';
import { checkTarget, type Target, targetSchema } from './target.ts';

export interface Rule {
  readonly description: {
    readonly Name: string;
    readonly Arn: string;
    readonly EventBusName: string;
    readonly State: 'ENABLED' | 'DISABLED';
    readonly EventPattern?: string | undefined;
    readonly ScheduleExpression?: string | undefined;
    readonly Description?: string | undefined;
    readonly RoleArn?: string | undefined;
  };
  readonly matches: (event: unknown) => boolean;
  readonly dueTime: (now: number) => number | undefined;
  readonly targets: ReadonlyMap<string, Target>;
}

interface Bus {
  readonly description: Readonly<Record<'Name' | 'Arn', string>> & { readonly [key: string]: unknown };
  readonly rules: Map<string, Rule>;
}

const MAX_BUSES = 100;
const MAX_RULES = 300;
const MAX_TARGETS = 5;

const named = (max: number) => z.string().regex(new RegExp(`^[.\\-_A-Za-z0-9]{1,${max}}$`));
const prefix = z.string().default('');
const busReference = z.string().max(1_600).optional();
const ruleReference = { Name: named(64), EventBusName: busReference };
const targetsOf = { Rule: named(64), EventBusName: busReference };
const notFound = (message: string) => new AwsError('ResourceNotFoundException', message);
const limited = (message: string) => new AwsError('LimitExceededException', message);
const invalid = (message: string) => new AwsError('ValidationException', message);

/** The buses with their rules, in memory: they are declared anew at each start. */
export function eventBuses(region: string, now: () => number) {
  const arnOf = (resource: string) => `arn:aws:events:${region}:${ACCOUNT_ID}:${resource}`;
  const buses = new Map<string, Bus>();
  create('default');

  function create(name: string, details: object = {}): Bus {
    const times = { CreationTime: now() / 1_000, LastModifiedTime: now() / 1_000 };
    const description = { ...details, Name: name, Arn: arnOf(`event-bus/${name}`), ...times };
    const bus = { description, rules: new Map() };
    buses.set(name, bus);
    return bus;
  }

  /** By name or ARN. */
  function find(reference = 'default'): Bus | undefined {
    return [...buses.values()].find(({ description: { Name, Arn } }) => [Name, Arn].includes(reference));
  }

  function busOf(reference: string | undefined): Bus {
    const bus = find(reference);
    if (bus) return bus;
    throw notFound(`Event bus ${reference} does not exist.`);
  }

  function ruleOf(name: string, reference: string | undefined): Rule {
    const rule = busOf(reference).rules.get(name);
    if (rule) return rule;
    throw notFound(`Rule ${name} does not exist on EventBus ${reference ?? 'default'}.`);
  }

  function change(rule: Rule, changes: Partial<Rule>): void {
    const { EventBusName, Name } = rule.description;
    busOf(EventBusName).rules.set(Name, { ...rule, ...changes });
  }

  function setState(State: 'ENABLED' | 'DISABLED'): Operation {
    return operation(z.strictObject(ruleReference), ({ Name, EventBusName }) => {
      const rule = ruleOf(Name, EventBusName);
      change(rule, { description: { ...rule.description, State } });
    });
  }

  const operations: Record<string, Operation> = {
    CreateEventBus: operation(
      z.strictObject({
        Name: named(256),
        Description: z.string().max(512).optional(),
        DeadLetterConfig: irrelevant,
        KmsKeyIdentifier: irrelevant,
        LogConfig: irrelevant,
        Tags: irrelevant,
      }),
      ({ Name, Description }) => {
        if (buses.has(Name)) {
          throw new AwsError('ResourceAlreadyExistsException', `Event bus ${Name} already exists.`);
        }
        if (buses.size >= MAX_BUSES) throw limited('There are 100 event buses.');
        return { EventBusArn: create(Name, { Description }).description.Arn, Description };
      },
    ),
    DeleteEventBus: operation(z.strictObject({ Name: named(256) }), ({ Name }) => {
      if (Name === 'default') throw invalid('Cannot delete event bus default.');
      if ((buses.get(Name)?.rules.size ?? 0) > 0) throw invalid(`Event bus ${Name} has rules.`);
      buses.delete(Name);
    }),
    DescribeEventBus: operation(
      z.strictObject({ Name: busReference }),
      ({ Name }) => busOf(Name).description,
    ),
    ListEventBuses: operation(z.strictObject({ NamePrefix: prefix, ...paging }), (input) =>
      listed('EventBuses', buses.values(), input),
    ),
    PutRule: operation(
      z.strictObject({
        ...ruleReference,
        EventPattern: z.string().max(4_096).optional(),
        ScheduleExpression: z.string().max(256).optional(),
        State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
        Description: z.string().max(512).optional(),
        RoleArn: z.string().optional(),
        Tags: irrelevant,
      }),
      (rule) => {
        const { rules, description: bus } = busOf(rule.EventBusName);
        const existing = rules.get(rule.Name);
        const { EventPattern, ScheduleExpression } = rule;
        if (!EventPattern && !ScheduleExpression) {
          throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
        }
        if (ScheduleExpression && bus.Name !== 'default') {
          throw invalid('ScheduleExpression is supported only on the default event bus.');
        }
        if (!existing && rules.size >= MAX_RULES) {
          throw limited(`Event bus ${bus.Name} has 300 rules.`);
        }
        const isSameSchedule = existing?.description.ScheduleExpression === ScheduleExpression;
        const path = bus.Name === 'default' ? rule.Name : `${bus.Name}/${rule.Name}`;
        const { Tags: _, ...described } = rule;
        const description = { ...described, EventBusName: bus.Name, Arn: arnOf(`rule/${path}`) };
        rules.set(rule.Name, {
          description,
          matches: EventPattern ? compilePattern(parsed(EventPattern)) : () => false,
          dueTime: existing && isSameSchedule ? existing.dueTime : dueTimeOf(ScheduleExpression),
          targets: existing?.targets ?? new Map(),
        });
        return { RuleArn: description.Arn };
      },
    ),
    DeleteRule: operation(
      z.strictObject({ ...ruleReference, Force: irrelevant }),
      ({ Name, EventBusName }) => {
        const { rules } = busOf(EventBusName);
        if ((rules.get(Name)?.targets.size ?? 0) > 0) {
          throw invalid("Rule can't be deleted since it has targets.");
        }
        rules.delete(Name);
      },
    ),
    DescribeRule: operation(
      z.strictObject(ruleReference),
      ({ Name, EventBusName }) => ruleOf(Name, EventBusName).description,
    ),
    ListRules: operation(
      z.strictObject({ NamePrefix: prefix, EventBusName: busReference, ...paging }),
      (input) => listed('Rules', busOf(input.EventBusName).rules.values(), input),
    ),
    EnableRule: setState('ENABLED'),
    DisableRule: setState('DISABLED'),
    PutTargets: operation(
      z.strictObject({ ...targetsOf, Targets: z.array(targetSchema).min(1).max(10) }),
      ({ Rule, EventBusName, Targets }) => {
        const rule = ruleOf(Rule, EventBusName);
        Targets.forEach(checkTarget);
        const targets = new Map([...rule.targets, ...Targets.map((target) => [target.Id, target] as const)]);
        if (targets.size > MAX_TARGETS) {
          throw limited(`Rule ${Rule} has more than 5 targets.`);
        }
        change(rule, { targets });
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
    RemoveTargets: operation(
      z.strictObject({ ...targetsOf, Ids: z.array(z.string()).min(1).max(100), Force: irrelevant }),
      ({ Rule, EventBusName, Ids }) => {
        const rule = ruleOf(Rule, EventBusName);
        change(rule, { targets: new Map([...rule.targets].filter(([id]) => !Ids.includes(id))) });
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
    ListTargetsByRule: operation(z.strictObject({ ...targetsOf, ...paging }), (input) =>
      page('Targets', [...ruleOf(input.Rule, input.EventBusName).targets.values()], input),
    ),
  };

  function dueTimeOf(expression: string | undefined): Rule['dueTime'] {
    if (expression === undefined) return () => undefined;
    if (expression.startsWith('at(')) throw invalid('Parameter ScheduleExpression is not valid.');
    const start = now();
    return dueTimes(parseSchedule(expression, start), start);
  }

  const allRules = () => [...buses.values()].flatMap(({ rules }) => [...rules.values()]);

  return { operations, find, allRules };
}

function listed(name: string, all: Iterable<Bus | Rule>, input: Paging & { NamePrefix: string }): object {
  const descriptions = [...all].map(({ description }) => description);
  const matching = descriptions.filter(({ Name }) => Name.startsWith(input.NamePrefix));
  return page(name, matching, input);
}
