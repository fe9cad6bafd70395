import { testRules } from '../testing/rule-examples.ts';
import { stateMachineRules } from './state-machines.ts';

const machine = (Properties: Record<string, unknown>) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties,
});
const task = { Type: 'Task', TimeoutSeconds: 30, Retry: [{ ErrorEquals: ['States.ALL'] }] };
const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Failed' }] };
const log = 'Orders.Properties.LoggingConfiguration';
const states = 'Orders.Properties.Definition.States';

testRules(stateMachineRules, {
  'machine-log': {
    fine: {
      Orders: machine({
        LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false, Destinations: [{}] },
      }),
    },
    broken: [
      [`${log}.Level`, 'OFF', 'Orders has no log'],
      [`${log}.Destinations`, undefined, 'Orders has no log'],
      [`${log}.IncludeExecutionData`, true, 'Orders logs the data of its executions'],
    ],
  },
  'machine-tracing': {
    fine: { Orders: machine({ TracingConfiguration: { Enabled: true } }) },
    broken: [['Orders.Properties.TracingConfiguration', undefined, 'Orders is not traced']],
  },
  'machine-tasks': {
    fine: {
      Orders: machine({
        Definition: {
          States: {
            Pay: { ...task, ...caught },
            Both: { Type: 'Parallel', ...caught, Branches: [{ States: { Confirm: task } }] },
            Done: { Type: 'Succeed' },
          },
        },
      }),
      Short: machine({
        DefinitionString: { 'Fn::Sub': [JSON.stringify({ States: { Pay: { ...task, ...caught } } }), {}] },
      }),
    },
    broken: [
      [`${states}.Pay.TimeoutSeconds`, undefined, 'Orders Pay has no time-out'],
      [`${states}.Pay.Retry`, undefined, 'Orders Pay retries nothing'],
      [`${states}.Pay.Catch`, undefined, 'Orders Pay catches nothing'],
      [`${states}.Both.Branches.0.States.Confirm.Retry`, [], 'Orders Confirm retries nothing'],
      [`${states}.Both.Catch`, undefined, 'Orders Confirm catches nothing'],
      [
        'Short.Properties.DefinitionString',
        { 'Fn::Sub': [JSON.stringify({ States: { Pay: { ...task } } }), {}] },
        'Short Pay catches nothing',
      ],
    ],
  },
});
