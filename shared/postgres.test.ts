import { describe, expect, it } from '@jest/globals';
import { DependencyFailed } from './errors.ts';
import { databaseConfig, translatePostgresFailure } from './postgres.ts';

describe('the way to the database', () => {
  it('is encrypted, to a host that Amazon vouches for', () => {
    const config = databaseConfig({
      host: 'db.example',
      port: 5_432,
      name: 'shop',
      user: 'shop',
      password: 'secret',
    });
    expect(config).toMatchObject({
      host: 'db.example',
      port: 5_432,
      database: 'shop',
      user: 'shop',
      password: 'secret',
      ssl: { ca: expect.arrayContaining([expect.stringContaining('BEGIN CERTIFICATE')]) },
    });
    expect(config.ssl).not.toHaveProperty('rejectUnauthorized');
  });

  it('is a URL where there is one', () => {
    const url = 'postgres://shop:secret@127.0.0.1:5432/shop';
    const config = databaseConfig({ url, host: 'db.example' });
    expect(config).toMatchObject({ connectionString: url, ssl: false });
    expect(config).not.toHaveProperty('host');
  });
});

const serverError = (code: string) => Object.assign(new Error(code), { code, severity: 'ERROR' });

describe('a failure of Postgres', () => {
  it.each([
    ['no connection', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['no answer in time', new Error('Query read timeout')],
    ['too many connections', serverError('53300')],
    ['a shutdown', serverError('57P01')],
    ['a statement that takes too long', serverError('57014')],
    ['a deadlock', serverError('40P01')],
    ['a standby that takes no writes', serverError('25006')],
  ])('may be over later: %s', (_, error) => {
    expect(translatePostgresFailure(error)).toBeInstanceOf(DependencyFailed);
    expect(translatePostgresFailure(error)).toHaveProperty('cause', error);
  });

  it.each([
    ['a wrong statement', serverError('42601')],
    ['a value out of range', serverError('22003')],
    ['a password that is refused', serverError('28P01')],
    ['no error at all', 'text'],
  ])('is our own: %s', (_, error) => {
    expect(translatePostgresFailure(error)).toBe(error);
  });
});
