import { expect, it } from '@jest/globals';
import type { Comparison } from './changes.ts';
import { asMarkdown, asText } from './report.ts';

const comparison: Comparison = {
  changes: [
    {
      resource: 'Orders',
      type: 'AWS::DynamoDB::Table',
      kind: 'replaced',
      properties: ['TableName'],
      endangersData: true,
    },
    {
      resource: 'GetOrder',
      type: 'AWS::Lambda::Function',
      kind: 'changed',
      properties: ['Timeout', 'code'],
      endangersData: false,
    },
    { resource: 'Jobs', type: 'AWS::SQS::Queue', kind: 'added', properties: [], endangersData: false },
  ],
  codeUnknown: ['ListOrders'],
};
const plain = (_: unknown, text: string) => text;
const nothing: Comparison = { changes: [], codeUnknown: [] };

it('is a line for each change in columns, and the counts', () => {
  expect(asText('shop-prod', comparison, plain).split('\n')).toEqual([
    'shop-prod',
    '  ± Orders    AWS::DynamoDB::Table   replaced; TableName; HOLDS DATA',
    '  ~ GetOrder  AWS::Lambda::Function  Timeout, code',
    '  + Jobs      AWS::SQS::Queue',
    '1 added, 1 changed, 1 replaced; code not compared of 1',
  ]);
});

it('is coloured on a terminal: red what endangers data', () => {
  const named = (colour: unknown, text: string) => `${colour}:${text}`;
  expect(asText('shop-prod', comparison, named).split('\n').slice(1, -1)).toEqual([
    'red:  ± Orders    AWS::DynamoDB::Table   replaced; TableName; HOLDS DATA',
    'yellow:  ~ GetOrder  AWS::Lambda::Function  Timeout, code',
    'green:  + Jobs      AWS::SQS::Queue',
  ]);
});

it('is a table for a pull request', () => {
  expect(asMarkdown('shop-prod', comparison).split('\n')).toEqual([
    '### shop-prod',
    '',
    '1 added, 1 changed, 1 replaced; code not compared of 1',
    '',
    '| | resource | type | |',
    '|---|---|---|---|',
    '| **±** | **`Orders`** | **`AWS::DynamoDB::Table`** | **replaced; TableName; HOLDS DATA** |',
    '| ~ | `GetOrder` | `AWS::Lambda::Function` | Timeout, code |',
    '| + | `Jobs` | `AWS::SQS::Queue` |  |',
  ]);
});

it('says so when nothing changes', () => {
  expect(asText('shop-prod', nothing, plain)).toBe('shop-prod\nnothing changes');
  expect(asMarkdown('shop-prod', nothing)).toBe('### shop-prod\n\nnothing changes');
});
