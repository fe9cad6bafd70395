import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { findEmulator } from './emulator.ts';

const unknown = { platform: 'plan9', arch: 'mips' };

it('takes dynoxide from the PATH where there is no package for the platform', () => {
  const folder = mkdtempSync(join(tmpdir(), 'path-'));
  writeFileSync(join(folder, 'dynoxide'), '');
  chmodSync(join(folder, 'dynoxide'), 0o755);
  const env = { PATH: `/nowhere:${folder}`, DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' };
  const found = findEmulator({ ...unknown, env });
  rmSync(folder, { recursive: true });
  expect(found).toEqual({ program: join(folder, 'dynoxide') });
});

it('takes an endpoint where there is no program', () => {
  const env = { PATH: '/nowhere', DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' };
  expect(findEmulator({ ...unknown, env })).toEqual({ endpoint: 'http://127.0.0.1:8000' });
});

it('says what to install where there is neither', () => {
  expect(() => findEmulator({ ...unknown, env: {} })).toThrow(
    'No DynamoDB emulator was found. Run "npm install --no-save @dynoxide/plan9-mips", or put dynoxide ' +
      '(https://github.com/nubo-db/dynoxide) on the PATH, or name a running one in DYNAMODB_ENDPOINT.',
  );
});

it.each([['garbage'], ['https://127.0.0.1:8000'], ['http://dynamodb.eu-west-1.amazonaws.com']])(
  'is refused at %s, which is no http address on loopback',
  (endpoint) => {
    const env = { PATH: '/nowhere', DYNAMODB_ENDPOINT: endpoint };
    expect(() => findEmulator({ platform: 'plan9', arch: 'x64', env })).toThrow(
      `DYNAMODB_ENDPOINT is "${endpoint}"; an http address on loopback is expected.`,
    );
  },
);
