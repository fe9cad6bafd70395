import { describe, expect, it } from '@jest/globals';
import { holds, pseudoParameters, referencesOf, resolve, type Scope } from './intrinsics.ts';
import { mergeTemplates } from './template.ts';

const scope: Scope = {
  template: mergeTemplates({
    Resources: {
      Table: { Type: 'AWS::DynamoDB::Table' },
      Ghost: { Type: 'AWS::SNS::Topic' },
      Absent: { Type: 'AWS::SNS::Topic', Condition: 'IsProd' },
    },
    Outputs: {
      TableName: {
        Value: { Ref: 'Table' },
        Export: { Name: { 'Fn::Sub': 'shop-$' + '{AWS::Region}-table' } },
      },
      Hidden: { Value: 'x', Condition: 'IsProd', Export: { Name: 'hidden' } },
    },
    Conditions: {
      IsProd: { 'Fn::Equals': ['dev', 'prod'] },
      IsDev: { 'Fn::Not': [{ Condition: 'IsProd' }] },
      Both: { 'Fn::And': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
      Either: { 'Fn::Or': [{ Condition: 'IsDev' }, { Condition: 'IsProd' }] },
      IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
    },
  }),
  resources: new Map([['Table', { ref: 'rows', attributes: { Arn: 'arn:rows', 'Endpoint.Port': '80' } }]]),
  pseudo: pseudoParameters('eu-west-1', 'shop-dev'),
};

const sub = (text: string) => text.replaceAll('<', '$' + '{').replaceAll('>', '}');

describe('an intrinsic function', () => {
  it.each([
    ['a plain value', { a: [1, 'x', true, null] }, { a: [1, 'x', true, null] }],
    ['Ref', { Ref: 'Table' }, 'rows'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:rows'],
    ['GetAtt as a text', { 'Fn::GetAtt': 'Table.Endpoint.Port' }, '80'],
    [
      'Sub',
      { 'Fn::Sub': sub('<Table>|<Table.Arn>|<AWS::StackName>|<!Literal>') },
      sub('rows|arn:rows|shop-dev|<Literal>'),
    ],
    [
      'Sub with variables',
      { 'Fn::Sub': [sub('<Name>-<Table>'), { Name: { Ref: 'AWS::Partition' } }] },
      'aws-rows',
    ],
    ['Join', { 'Fn::Join': [':', ['a', { Ref: 'Table' }, 3]] }, 'a:rows:3'],
    ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': [':', { 'Fn::GetAtt': 'Table.Arn' }] }] }, 'rows'],
    ['If', { 'Fn::If': ['IsProd', 'big', { Ref: 'Table' }] }, 'rows'],
    ['ImportValue', { 'Fn::ImportValue': 'shop-eu-west-1-table' }, 'rows'],
    ['NoValue', { Ref: 'AWS::NoValue' }, undefined],
    [
      'NoValue inside',
      { a: 1, b: { 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, c: [{ Ref: 'AWS::NoValue' }] },
      { a: 1, c: [] },
    ],
  ])('%s is resolved', (_, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it.each([
    ['an unknown resource', { Ref: 'Tabel' }, 'there is no resource "Tabel"'],
    [
      'a resource that is not emulated',
      { Ref: 'Ghost' },
      '"Ghost" is of type AWS::SNS::Topic, which the local cloud does not emulate',
    ],
    [
      'a resource that is not created',
      { Ref: 'Absent' },
      '"Absent" is not created, since its condition does not hold',
    ],
    ['an unknown attribute', { 'Fn::GetAtt': ['Table', 'Name'] }, '"Table" has no attribute "Name" locally'],
    ['an unknown export', { 'Fn::ImportValue': 'hidden' }, 'nothing in this application exports "hidden"'],
    ['an unknown function', { 'Fn::Cidr': ['10.0.0.0/16'] }, 'Fn::Cidr is not supported locally'],
    ['an index out of range', { 'Fn::Select': [2, ['a']] }, 'Fn::Select: no entry 2 in 1'],
    ['a malformed argument', { 'Fn::Join': 'a' }, 'Fn::Join takes a list of at least 2'],
  ])('%s is refused by name', (_, value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

describe('a condition', () => {
  it.each([
    ['IsProd', false],
    ['IsDev', true],
    ['Both', false],
    ['Either', true],
    ['IsHere', true],
    [undefined, true],
  ])('%s is %s', (name, expected) => {
    expect(holds(name, scope)).toBe(expected);
  });

  it('that is not declared is refused', () => {
    expect(() => holds('IsTest', scope)).toThrow('no condition "IsTest"');
  });
});

describe('the references of a value', () => {
  it('are found in Ref, GetAtt and Sub', () => {
    const value = {
      a: { Ref: 'One' },
      b: [{ 'Fn::GetAtt': ['Two', 'Arn'] }, { 'Fn::GetAtt': 'Three.Arn' }],
      c: { 'Fn::Sub': [sub('<Four.Arn> <!Not> <x>'), { x: { Ref: 'Five' } }] },
    };
    expect(referencesOf(value)).toEqual(['One', 'Two', 'Three', 'Four', 'x', 'Five']);
  });
});
