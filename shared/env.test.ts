import { describe, expect, it } from '@jest/globals';
import { readEnv, readOptionalEnv } from './env.ts';

describe('variables that are needed', () => {
  it('are given by name, and no others are', () => {
    expect(readEnv(['HOST'], { HOST: 'db.example', PORT: '5432' })).toEqual({ HOST: 'db.example' });
  });

  it.each([
    [{ HOST: 'db.example' }, 'Missing environment variable: PORT'],
    [{ PORT: '' }, 'Missing environment variables: HOST, PORT'],
  ])('of which %j has not all are named in the error, also when they are empty', (source, message) => {
    expect(() => readEnv(['HOST', 'PORT'], source)).toThrow(new Error(message));
  });
});

describe('variables that may be missing', () => {
  it('are given where they have a value, and are undefined where they are empty', () => {
    const { HOST, PORT, USER } = readOptionalEnv(['HOST', 'PORT', 'USER'], { HOST: 'db.example', PORT: '' });
    expect([HOST, PORT, USER]).toEqual(['db.example', undefined, undefined]);
  });
});
