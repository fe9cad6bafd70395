import { describe, expect, it } from '@jest/globals';
import SettledConditions from './conditions.cjs';

type Template = ConstructorParameters<
  typeof SettledConditions
>[0]['service']['provider']['compiledCloudFormationTemplate'];

const settled = (template: Template): Template => {
  const { hooks } = new SettledConditions({
    service: { provider: { compiledCloudFormationTemplate: template } },
  });
  hooks['after:aws:package:finalize:mergeCustomProviderResources']();
  return template;
};

/** Which of two resources, with the condition and with its opposite, stay. */
const stays = (condition: NonNullable<Template['Conditions']>[string]) =>
  Object.keys(
    settled({
      Conditions: { Given: condition, Absent: { 'Fn::Not': [{ Condition: 'Given' }] } },
      Resources: { WhenGiven: { Condition: 'Given' }, WhenAbsent: { Condition: 'Absent' } },
    }).Resources,
  );
const equals = (left: string | number, right: string) => ({ 'Fn::Equals': [left, right] });

describe('the conditions of a package', () => {
  it.each([
    ['equal texts', equals('nat', 'nat'), true],
    ['a number and its text', equals(7, '7'), true],
    ['different texts', equals('', 'nat'), false],
    ['all of several', { 'Fn::And': [equals('a', 'a'), equals('b', 'b')] }, true],
    ['not all of several', { 'Fn::And': [equals('a', 'a'), equals('a', 'b')] }, false],
    ['one of several', { 'Fn::Or': [equals('a', 'b'), equals('b', 'b')] }, true],
    ['none of several', { 'Fn::Or': [equals('a', 'b'), equals('b', 'a')] }, false],
    ['the opposite', { 'Fn::Not': [equals('a', 'b')] }, true],
  ])('decide by %s what is in it', (_, condition, holds) => {
    expect(stays(condition)).toEqual([holds ? 'WhenGiven' : 'WhenAbsent']);
  });

  it('are not in it themselves, and take outputs, branches and dependencies with them', () => {
    const template = settled({
      Conditions: { IsOn: equals('', ''), IsOff: equals('', 'on') },
      Resources: {
        Kept: {
          Condition: 'IsOn',
          DependsOn: ['Left', 'Plain'],
          Properties: {
            chosen: { 'Fn::If': ['IsOff', 'off', { 'Fn::If': ['IsOn', { Ref: 'Plain' }, 'off'] }] },
            without: { 'Fn::If': ['IsOff', 'off', { Ref: 'AWS::NoValue' }] },
            list: [{ 'Fn::If': ['IsOff', 'off', { Ref: 'AWS::NoValue' }] }, null, false],
          },
        },
        Left: { Condition: 'IsOff' },
        Plain: { DependsOn: 'Left' },
        Last: { DependsOn: 'Plain' },
      },
      Outputs: { OfLeft: { Condition: 'IsOff' }, OfKept: { Condition: 'IsOn' } },
    } as Template);

    expect(template).toEqual({
      Resources: {
        Kept: { DependsOn: ['Plain'], Properties: { chosen: { Ref: 'Plain' }, list: [null, false] } },
        Plain: {},
        Last: { DependsOn: 'Plain' },
      },
      Outputs: { OfKept: {} },
    });
  });

  it('are refused by what they compare when that is known to CloudFormation alone', () => {
    expect(() => stays({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] })).toThrow(
      'The condition {"Fn::Equals":[{"Ref":"AWS::Region"},"eu-west-1"]} compares something else than parameters.',
    );
  });
});
