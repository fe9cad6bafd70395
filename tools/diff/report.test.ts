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
const nothing: Comparison = { changes: [], codeUnknown: [] };

it('is a line for each change in columns, and the counts', () => {
  expect(asText('shop-prod', comparison, false).split('\n')).toEqual([
    'shop-prod',
    '  ± Orders    AWS::DynamoDB::Table   replaced; TableName; HOLDS DATA',
    '  ~ GetOrder  AWS::Lambda::Function  Timeout, code',
    '  + Jobs      AWS::SQS::Queue',
    '1 added, 1 changed, 1 replaced; code not compared of 1',
  ]);
});

it('is coloured on a terminal: red what endangers data', () => {
  expect(asText('shop-prod', comparison, true).split('\n')[1]).toBe(
    '\x1b[31m  ± Orders    AWS::DynamoDB::Table   replaced; TableName; HOLDS DATA\x1b[0m',
  );
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
  expect(asText('shop-prod', nothing, false)).toBe('shop-prod\nnothing changes');
  expect(asMarkdown('shop-prod', nothing)).toBe('### shop-prod\n\nnothing changes');
});
