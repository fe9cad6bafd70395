import { isRecord } from '../../../offline/cloudformation/template.ts';
import { at, listAt, type Properties, spell } from '../template.ts';
import { each, type Rule, unless } from './rule.ts';

const MACHINE = ['AWS::StepFunctions::StateMachine'];

interface Task {
  readonly name: string;
  readonly state: unknown;
  /** Whether the state or one around it catches errors. */
  readonly isCaught: boolean;
}

/** The definition as an object; the references that it is filled in with stand within its strings. */
function definitionOf({ Definition, DefinitionString }: Properties): unknown {
  if (isRecord(Definition)) return Definition;
  return JSON.parse(String([at(DefinitionString, 'Fn::Sub') ?? spell(DefinitionString)].flat()[0]));
}

/** Every Task, however deep in branches and maps. */
function tasksIn(definition: unknown, isCaughtOutside = false): Task[] {
  return Object.entries(at(definition, 'States') ?? {}).flatMap(([name, state]) => {
    const isCaught = isCaughtOutside || listAt(state, 'Catch').length > 0;
    if (at(state, 'Type') === 'Task') return [{ name, state, isCaught }];
    return ['Branches', 'ItemProcessor', 'Iterator']
      .flatMap((key) => listAt(state, key))
      .flatMap((inner) => tasksIn(inner, isCaught));
  });
}

export const stateMachineRules: readonly Rule[] = [
  {
    id: 'machine-log',
    why: 'without a log a failed execution is found by chance; with the data in it, customers’ orders lie in it too',
    source: 'https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html',
    check: each(MACHINE, ({ properties }) => [
      ...unless(
        ['ALL', 'ERROR', 'FATAL'].includes(String(at(properties, 'LoggingConfiguration', 'Level'))) &&
          listAt(properties, 'LoggingConfiguration', 'Destinations').length > 0,
        'has no log',
      ),
      ...unless(
        at(properties, 'LoggingConfiguration', 'IncludeExecutionData') !== true,
        'logs the data of its executions',
      ),
    ]),
  },
  {
    id: 'machine-tracing',
    why: 'a trace that ends at the workflow does not show which step was slow',
    source: 'https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html',
    check: each(MACHINE, ({ properties }) =>
      unless(at(properties, 'TracingConfiguration', 'Enabled') === true, 'is not traced'),
    ),
  },
  {
    id: 'machine-tasks',
    why: 'a task waits for a year unless it has a time-out, and one hiccup of a service ends the execution',
    source: 'https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html',
    check: each(MACHINE, ({ properties }) =>
      tasksIn(definitionOf(properties)).flatMap(({ name, state, isCaught }) => [
        ...unless(
          at(state, 'TimeoutSeconds') !== undefined || at(state, 'TimeoutSecondsPath') !== undefined,
          `${name} has no time-out`,
        ),
        ...unless(listAt(state, 'Retry').length > 0, `${name} retries nothing`),
        ...unless(isCaught, `${name} catches nothing`),
      ]),
    ),
  },
];
