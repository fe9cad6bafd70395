import { describe, expect, it } from '@jest/globals';
import { databaseInstance, declaredDatabase } from './declaration.ts';

const Database = {
  Type: 'AWS::RDS::DBInstance',
  Condition: 'On',
  Properties: { Engine: 'postgres', DBName: { Ref: 'AWS::StackName' }, MasterUsername: 'shop' },
};
const scope = (Resources: object, on = true) => ({
  template: { Resources: { ...Resources }, Outputs: {}, Conditions: { On: on } },
  resources: new Map(),
  pseudo: { 'AWS::StackName': 'stack' },
});

describe('a declared database', () => {
  it('is found before anything is created, when its condition holds', () => {
    const Queue = { Type: 'AWS::SQS::Queue' };
    expect(declaredDatabase(scope({ Queue, Database }))).toEqual({ user: 'shop', name: 'stack' });
    expect(declaredDatabase(scope({ Queue, Database }, false))).toBeUndefined();
    expect(declaredDatabase(scope({ Queue }))).toBeUndefined();
  });

  it('is the only one', () => {
    expect(() => declaredDatabase(scope({ Database, Second: Database }))).toThrow(
      'Resource Second: the local cloud has one database.',
    );
  });

  it.each([
    [{ Engine: 'mysql' }, 'Resource Database: Engine: the local cloud runs postgres only.'],
    [
      { EnableIAMDatabaseAuthentication: true },
      'Resource Database: the local cloud does not support EnableIAMDatabaseAuthentication.',
    ],
    [
      { ManageMasterUserPassword: false },
      'Resource Database: ManageMasterUserPassword: the local cloud supports a managed password only.',
    ],
  ])('is refused with %j', (properties, refusal) => {
    const declared = { Engine: 'postgres', MasterUsername: 'shop', ManageMasterUserPassword: true };
    expect(() => databaseInstance('Database', { ...declared, ...properties })).toThrow(refusal);
    expect(databaseInstance('Database', { ...declared, DBInstanceClass: 'db.t4g.micro' })).toMatchObject({
      DBName: 'postgres',
    });
  });
});
