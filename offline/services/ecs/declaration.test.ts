import { describe, expect, it } from '@jest/globals';
import { taskOf } from './declaration.ts';

const task = (ContainerDefinitions: object[], metadata: unknown = {}) =>
  taskOf({
    logicalId: 'Task',
    type: 'AWS::ECS::TaskDefinition',
    properties: { Family: 'shop', ContainerDefinitions },
    metadata,
  });

describe('a task definition', () => {
  it('is its container with a port, whose variables are text', () => {
    const web = {
      Name: 'web',
      PortMappings: [{ ContainerPort: 8080, Protocol: 'tcp' }],
      Environment: [
        { Name: 'ATTEMPTS', Value: 3 },
        { Name: 'STRICT', Value: true },
      ],
      Secrets: [{ Name: 'KEY', ValueFrom: 'arn' }],
    };
    const metadata = { 'cfn-lint': {}, LocalCloud: { entry: 'src/main.ts' } };
    expect(task([{ Name: 'logs', FirelensConfiguration: {} }, web], metadata)).toEqual({
      family: 'shop',
      entry: 'src/main.ts',
      environment: { ATTEMPTS: '3', STRICT: 'true' },
      secrets: { KEY: 'arn' },
    });
  });

  it('says nowhere which program it runs when its metadata does not', () => {
    expect(task([{ Name: 'web' }])).toMatchObject({ entry: undefined, environment: {} });
  });

  it.each([
    [[{ Name: 'web', Command: ['node', 'other.js'] }], 'the local cloud does not support Command.'],
    [[{ Name: 'web', EnvironmentFiles: [] }], 'the local cloud does not support EnvironmentFiles.'],
    [
      ['one', 'other'].map((Name) => ({ Name, PortMappings: [{ ContainerPort: 80 }] })),
      'the local cloud runs one container of a task.',
    ],
  ])('is refused when it would run otherwise than here: %j', (containers, refusal) => {
    expect(() => task(containers)).toThrow(refusal);
  });

  it('is refused when its metadata says what is not known', () => {
    expect(() => task([{ Name: 'web' }], { LocalCloud: { entry: 'a.ts', port: 1 } })).toThrow(
      'Resource Task: Metadata: the local cloud does not support LocalCloud.port.',
    );
  });
});
