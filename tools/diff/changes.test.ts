import { describe, expect, it } from '@jest/globals';
import type { Template } from '../template/template.ts';
import { compare, type Deployable } from './changes.ts';

type Resources = Template['Resources'];

const stack = (Resources: Resources, codeHashes: Record<string, string> = {}): Deployable => ({
  template: { Resources },
  codeHashes: new Map(Object.entries(codeHashes)),
});
const table = (Properties: Record<string, unknown> = {}, more: object = {}) => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: { TableName: 'shop-orders-prod', ...Properties },
  ...more,
});
const lambda = (S3Key: string, Properties: Record<string, unknown> = {}) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Bucket: { Ref: 'Packages' }, S3Key }, ...Properties },
});
const changes = (current: Resources, next: Resources) => compare(stack(current), stack(next)).changes;

describe('what a deploy changes', () => {
  it('is nothing when both templates say the same', () => {
    expect(compare(stack({ Orders: table() }), stack({ Orders: table() }))).toEqual({
      changes: [],
      codeUnknown: [],
    });
  });

  it('is a resource that is added, without its properties', () => {
    expect(changes({}, { Orders: table() })).toEqual([
      {
        resource: 'Orders',
        type: 'AWS::DynamoDB::Table',
        kind: 'added',
        properties: [],
        endangersData: false,
      },
    ]);
  });

  it('is a property that is changed in place', () => {
    expect(changes({ Orders: table() }, { Orders: table({ DeletionProtectionEnabled: true }) })).toEqual([
      {
        resource: 'Orders',
        type: 'AWS::DynamoDB::Table',
        kind: 'changed',
        properties: ['DeletionProtectionEnabled'],
        endangersData: false,
      },
    ]);
  });

  it('is an attribute of a resource, such as what becomes of it', () => {
    expect(
      changes(
        { Orders: table({}, { DeletionPolicy: 'Delete' }) },
        { Orders: table({}, { DeletionPolicy: 'Retain' }) },
      ),
    ).toMatchObject([{ kind: 'changed', properties: ['DeletionPolicy'], endangersData: false }]);
  });

  it('replaces a resource when a property changes that is given at creation alone', () => {
    expect(changes({ Orders: table() }, { Orders: table({ TableName: 'shop-orders' }) })).toMatchObject([
      { kind: 'replaced', properties: ['TableName'], endangersData: true },
    ]);
  });

  it('replaces a resource that becomes one of another type', () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: {} };
    expect(changes({ Orders: table() }, { Orders: queue })).toMatchObject([
      { type: 'AWS::DynamoDB::Table', kind: 'replaced', endangersData: true },
    ]);
  });

  it('replaces what is made for a resource that is replaced', () => {
    const schema = (name: string) => ({
      Table: table({ TableName: name }),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] } },
      },
    });
    expect(changes(schema('old'), schema('new'))).toMatchObject([
      { resource: 'Table', kind: 'replaced' },
      { resource: 'Mapping', kind: 'replaced', endangersData: false },
    ]);
  });

  it.each([
    ['removed', 'Delete'],
    ['let go', 'Retain'],
  ])('is a table that is %s when its policy is %s', (kind, DeletionPolicy) => {
    expect(changes({ Orders: table({}, { DeletionPolicy }) }, {})).toMatchObject([
      { resource: 'Orders', kind, endangersData: true },
    ]);
  });

  it('removes what holds no data without danger', () => {
    const rule = { Type: 'AWS::Events::Rule', Properties: {} };
    expect(changes({ Daily: rule }, {})).toMatchObject([{ kind: 'removed', endangersData: false }]);
  });

  it('removes a table whose condition comes to hold no longer', () => {
    const conditional = (answer: string): Deployable => ({
      template: {
        Conditions: { IsAsked: { 'Fn::Equals': [answer, 'yes'] } },
        Resources: { Orders: table({}, { Condition: 'IsAsked' }) },
      },
      codeHashes: new Map(),
    });
    expect(compare(conditional('yes'), conditional('no')).changes).toMatchObject([
      { resource: 'Orders', kind: 'removed', endangersData: true },
    ]);
  });

  it('tells the dangerous first, then by kind and by name', () => {
    const topic = { Type: 'AWS::SNS::Topic', Properties: {} };
    const kinds = changes({ Orders: table(), Old: topic }, { B: topic, A: topic });
    expect(kinds.map(({ resource }) => resource)).toEqual(['Orders', 'Old', 'A', 'B']);
  });
});

describe('the code of a function', () => {
  const before = { Get: lambda('2026-01-01/get.zip') };
  const after = { Get: lambda('2026-02-02/get.zip') };

  it('is the same under another key when its hash is', () => {
    const comparison = compare(
      stack(before, { '2026-01-01/get.zip': 'abc=' }),
      stack(after, { '2026-02-02/get.zip': 'abc=' }),
    );
    expect(comparison).toEqual({ changes: [], codeUnknown: [] });
  });

  it('is called code when its hash differs', () => {
    const comparison = compare(
      stack(before, { '2026-01-01/get.zip': 'abc=' }),
      stack(after, { '2026-02-02/get.zip': 'def=' }),
    );
    expect(comparison.changes).toMatchObject([{ resource: 'Get', kind: 'changed', properties: ['code'] }]);
  });

  it('is told to be unknown, and not called changed, when a package is missing', () => {
    const comparison = compare(stack(before), stack(after, { '2026-02-02/get.zip': 'def=' }));
    expect(comparison).toEqual({ changes: [], codeUnknown: ['Get'] });
  });

  it('does not hide another change beside it', () => {
    const slower = { Get: lambda('2026-02-02/get.zip', { Timeout: 20 }) };
    expect(compare(stack(before), stack(slower)).changes).toMatchObject([{ properties: ['Timeout'] }]);
  });
});
