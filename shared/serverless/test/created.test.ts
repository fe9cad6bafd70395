import { expect, it } from '@jest/globals';
import { created } from './created.ts';

const YES = { 'Fn::Equals': ['a', 'a'] };
const NO = { 'Fn::Equals': ['a', ''] };
const bucket = (rest: object) => ({ Type: 'AWS::S3::Bucket', Properties: {}, ...rest });

it.each([
  [YES, true],
  [NO, false],
  [{ 'Fn::Not': [YES] }, false],
  [{ 'Fn::And': [YES, NO] }, false],
  [{ 'Fn::And': [YES, { 'Fn::Not': [NO] }] }, true],
  [{ 'Fn::Or': [NO, YES] }, true],
  [{ 'Fn::And': [YES, { Condition: 'Other' }] }, false],
])('creates what has the condition %j: %p', (On, isCreated) => {
  const { Resources, Outputs } = created({
    Conditions: { On, Other: NO },
    Resources: { Always: bucket({}), Sometimes: bucket({ Condition: 'On' }) },
    Outputs: { Name: { Condition: 'On', Value: 'name' } },
  });
  expect(Object.keys(Resources)).toEqual(isCreated ? ['Always', 'Sometimes'] : ['Always']);
  expect(Object.keys(Outputs)).toEqual(isCreated ? ['Name'] : []);
});

it('takes one branch of each choice, however deep, and leaves out what has no value', () => {
  const nothing = { Ref: 'AWS::NoValue' };
  const { Resources } = created({
    Conditions: { On: YES, Off: NO },
    Resources: {
      Bucket: bucket({
        Properties: {
          BucketName: { 'Fn::If': ['On', { Ref: 'Name' }, 'other'] },
          Tags: [{ 'Fn::If': ['Off', { Key: 'a' }, nothing] }, { Key: { 'Fn::If': ['Off', 'b', 'c'] } }],
          AccessControl: nothing,
        },
      }),
    },
  });
  expect(Resources.Bucket?.Properties).toEqual({ BucketName: { Ref: 'Name' }, Tags: [{ Key: 'c' }] });
});

it('refuses a condition that depends on more than the template', () => {
  const template = {
    Conditions: { On: { Ref: 'Parameter' } },
    Resources: { A: bucket({ Condition: 'On' }) },
  };
  expect(() => created(template)).toThrow('Ref is no condition');
});
