import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stateMachines } from './index.ts';
import { type Cloud, functionArn, startCloud } from './testing/cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({});
});
afterAll(() => cloud.stop());

const provision = (properties: Record<string, unknown>) =>
  stateMachines(cloud.aws, { stackName: 'shop' }).provision({
    logicalId: 'Orders',
    type: 'AWS::StepFunctions::StateMachine',
    properties,
  });
const definitionOf = async (stateMachineArn: string) =>
  (await cloud.client.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition;
const machine = (Resource: string) => ({
  StartAt: 'A',
  States: { A: { Type: 'Task', Resource, End: true } },
});

describe('a declared state machine', () => {
  it('is created with its name, and answers with its ARN', async () => {
    const Definition = machine(functionArn('a'));
    const arn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:orders';
    const properties = { StateMachineName: 'orders', RoleArn: 'r', Tags: [], Definition };
    expect(await provision(properties)).toEqual({ ref: arn, attributes: { Arn: arn, Name: 'orders' } });
    expect(await definitionOf(arn)).toBe(JSON.stringify(Definition));
  });

  it('is brought up to its declaration when it exists', async () => {
    const { ref } = await provision({ DefinitionString: JSON.stringify(machine(functionArn('a'))) });
    expect(ref).toBe('arn:aws:states:eu-west-1:000000000000:stateMachine:shop-Orders');
    expect(await provision({ DefinitionString: JSON.stringify(machine(functionArn('b'))) })).toMatchObject({
      ref,
    });
    expect(await definitionOf(ref)).toBe(JSON.stringify(machine(functionArn('b'))));
  });

  it('has its substitutions filled in', async () => {
    const DefinitionSubstitutions = { Charge: functionArn('charge') };
    const { ref } = await provision({ Definition: machine(`\${Charge}`), DefinitionSubstitutions });
    expect(await definitionOf(ref)).toBe(JSON.stringify(machine(functionArn('charge'))));
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['DefinitionS3Location', { DefinitionS3Location: {} }, 'does not support DefinitionS3Location'],
    ['EXPRESS', { StateMachineType: 'EXPRESS', Definition: {} }, 'StateMachineType'],
    ['no definition', {}, 'it has no Definition and no DefinitionString'],
    [
      'a task that it cannot run',
      { Definition: machine('arn:aws:states:::glue:startJobRun') },
      'glue:startJobRun',
    ],
  ])('is refused by name with %s', async (_, properties, message) => {
    await expect(provision(properties)).rejects.toMatchObject({
      name: 'LocalCloudError',
      message: expect.stringMatching(new RegExp(`^state machine Orders: .*${message}`)),
    });
  });
});
