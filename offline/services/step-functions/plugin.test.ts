import { describe, expect, it } from '@jest/globals';
import { stateMachineResources } from './plugin.ts';

const logicalIdOfFunction = (key: string) => (key === 'chargeCard' ? 'ChargeCardLambdaFunction' : undefined);
const read = (machine: object, key = 'order') =>
  stateMachineResources({ stateMachines: { [key]: machine } }, logicalIdOfFunction);
const task = (Resource: unknown) => ({
  StartAt: 'Charge',
  States: { Charge: { Type: 'Task', Resource, End: true } },
});

describe('the section stepFunctions', () => {
  it('becomes resources whose functions are named by their logical ids', () => {
    const schedule = { schedule: 'rate(1 hour)' };
    const definition = task({ 'Fn::GetAtt': ['chargeCard', 'Arn'] });
    expect(read({ name: 'order-processing', role: 'r', tags: {}, definition, events: [schedule] })).toEqual({
      resources: {
        OrderDashprocessing: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            StateMachineName: 'order-processing',
            Definition: task({ 'Fn::GetAtt': ['ChargeCardLambdaFunction', 'Arn'] }),
          },
        },
      },
      events: { OrderDashprocessing: [schedule] },
    });
  });

  it.each<[string, object, string]>([
    ['its id, before its name', { id: 'OrderMachine', name: 'orders' }, 'OrderMachine'],
    ['its name', { name: 'order_now' }, 'OrderUnderscorenow'],
    ['its key', {}, 'OrderStepFunctionsStateMachine'],
  ])('takes the logical id from %s', (_, names, logicalId) => {
    expect(Object.keys(read({ ...names, definition: {} }).resources)).toEqual([logicalId]);
  });

  it('leaves references to resources, and inner texts of Fn::Sub, as they are', () => {
    const definition = {
      A: { Ref: 'Queue' },
      B: { 'Fn::GetAtt': 'Topic.TopicName' },
      C: { 'Fn::Sub': `x-\${AWS::Region}` },
    };
    expect(read({ definition }).resources.OrderStepFunctionsStateMachine?.Properties.Definition).toEqual({
      A: { Ref: 'Queue' },
      B: { 'Fn::GetAtt': ['Topic', 'TopicName'] },
      C: { 'Fn::Sub': `x-\${AWS::Region}` },
    });
  });

  it('takes a definition that is a text', () => {
    expect(read({ definition: '{}' }).resources).toMatchObject({
      OrderStepFunctionsStateMachine: { Properties: { DefinitionString: '{}' } },
    });
  });

  it.each<[string, object, string]>([
    ['alarms', { alarms: {} }, 'state machine order: the local cloud does not support alarms.'],
    ['EXPRESS', { type: 'EXPRESS' }, 'state machine order: type'],
    [
      'a pseudo parameter in a text',
      { definition: { A: ['#{AWS::Region}'] } },
      'does not support #{AWS::Region}',
    ],
  ])('refuses %s by name', (_, more, message) => {
    expect(() => read({ definition: {}, ...more })).toThrow(message);
  });

  it('refuses activities, and two state machines of one logical id', () => {
    const section = { stateMachines: {}, activities: [] };
    expect(() => stateMachineResources(section, logicalIdOfFunction)).toThrow('does not support activities');
    const twice = { a: { id: 'Same', definition: {} }, b: { id: 'Same', definition: {} } };
    expect(() => stateMachineResources({ stateMachines: twice }, logicalIdOfFunction)).toThrow(
      'declared twice',
    );
  });
});
