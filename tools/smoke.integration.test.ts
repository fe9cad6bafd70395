import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OfflineProcess, startOffline } from '../offline/testing/offline.ts';

const root = join(import.meta.dirname, '..');
const execute = promisify(execFile);
let offline: OfflineProcess;
beforeAll(async () => {
  offline = await startOffline({ folder: root });
}, 60_000);
afterAll(() => offline?.stop());

const node = async (environment: Readonly<Record<string, string>>, ...args: string[]) =>
  (
    await execute(process.execPath, args, {
      cwd: root,
      env: { ...process.env, LOCAL_CLOUD_STATE: offline.stateFolder, ...environment },
    })
  ).stdout;

describe('npm run smoke, against the local cloud', () => {
  it('finds that all is well, up to an order that is complete', async () => {
    const scope = 'shop/items.write shop/orders';
    const token = (await node({}, 'offline/token.ts', '--scope', scope)).trim();
    const told = await node(
      { SMOKE_TOKEN: token },
      'tools/smoke.ts',
      '--url',
      String(offline.endpoints.http),
    );
    expect(told).toMatch(/an order runs through the workflow.*COMPLETE/);
    expect(told).toContain('the item is deleted');
  });

  it('only reads without a token', async () => {
    const told = await node({}, 'tools/smoke.ts', '--url', String(offline.endpoints.http));
    expect(told).toContain('the catalogue can be read');
    expect(told).toContain('Nothing was written: there is no token that may.');
  });
});
