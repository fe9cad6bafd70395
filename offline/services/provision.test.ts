import { expect, it } from '@jest/globals';
import { mergeTemplates } from '../cloudformation/template.ts';
import { type GrowingScope, provision } from './provision.ts';
import type { DeclaredResource } from './service.ts';

const scopeOf = (Resources: object, Conditions = {}): GrowingScope => ({
  template: mergeTemplates({ Resources, Conditions }),
  resources: new Map(),
  pseudo: {},
});

function recorder() {
  const made: DeclaredResource[] = [];
  return {
    made,
    resourceTypes: ['Queue'],
    async provision(resource: DeclaredResource) {
      made.push(resource);
      return { ref: `the ${resource.logicalId}`, attributes: {} };
    },
  };
}

it('creates a resource after those that it refers to or depends on', async () => {
  const queues = recorder();
  const scope = scopeOf({
    Main: { Type: 'Queue', DependsOn: 'Last', Properties: { dead: { Ref: 'Dead' } } },
    Dead: { Type: 'Queue' },
    Last: { Type: 'Queue' },
  });
  await provision(scope, [queues]);
  expect(queues.made).toEqual([
    { logicalId: 'Dead', type: 'Queue', properties: {}, metadata: {} },
    { logicalId: 'Last', type: 'Queue', properties: {}, metadata: {} },
    { logicalId: 'Main', type: 'Queue', properties: { dead: 'the Dead' }, metadata: {} },
  ]);
});

it('names each type that it does not know once, and none whose condition does not hold', async () => {
  const scope = scopeOf(
    {
      A: { Type: 'Zebra' },
      B: { Type: 'Ant' },
      C: { Type: 'Zebra' },
      D: { Type: 'Never', Condition: 'No' },
    },
    { No: { 'Fn::Equals': ['a', 'b'] } },
  );
  expect(await provision(scope, [])).toEqual(['Ant', 'Zebra']);
});

it('names the resource whose properties cannot be resolved', async () => {
  const scope = scopeOf({ Main: { Type: 'Queue', Properties: { dead: { Ref: 'Nothing' } } } });
  await expect(provision(scope, [recorder()])).rejects.toThrow(
    'Resource Main cannot be created: there is no resource "Nothing".',
  );
});

it('lets others refer to what exists by name alone, and does not look at its properties', async () => {
  const queues = recorder();
  const scope = scopeOf(
    {
      Network: { Type: 'AWS::EC2::VPC', Properties: { Zone: { 'Fn::GetAZs': '' } } },
      Main: {
        Type: 'Queue',
        Properties: { network: { Ref: 'Network' }, role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
      Role: { Type: 'AWS::IAM::Role', Condition: 'Yes' },
      Other: { Type: 'AWS::IAM::Role', Condition: 'No' },
    },
    { Yes: true, No: false },
  );
  expect(await provision(scope, [queues])).toEqual([]);
  expect(queues.made).toMatchObject([{ properties: { network: 'Network', role: 'Role.Arn' } }]);
  expect([...scope.resources.keys()].sort()).toEqual(['Main', 'Network', 'Role']);
});
