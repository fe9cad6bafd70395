import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../offline/test/processes.ts';
import { type OfflineProcess, startOffline } from '../offline/testing/offline.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The commands of the README's console blocks in their order, each with the answer that it shows. */
const examples = [...readme.matchAll(/```console\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.split(/^\$ /m).slice(1))
  .map((example) => {
    const end = example.indexOf('\n');
    return { command: example.slice(0, end), answer: example.slice(end + 1).trim() };
  });

/** What the README defines before the requests; the test has its own values for the addresses. */
const definitions = [...readme.matchAll(/```bash\n((?:API|SHOPPER|REPORTS)=[\s\S]*?)```/g)]
  .map(([, block = '']) => block.replace(/^(?:API|TOKEN|SHOPPER|REPORTS|ANALYST)=.*\n/gm, ''))
  .join('');

let offline: OfflineProcess;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  offline = await startOffline({ folder: root, byNpm: true });
  const state = { ...process.env, LOCAL_CLOUD_STATE: offline.stateFolder };
  const tokenOf = async (scope: string, sub: string) =>
    (await run(`npm run --silent token -- --scope ${scope} --sub ${sub}`, state)).trim();
  environment = {
    ...state,
    API: String(offline.endpoints.http),
    TOKEN: await tokenOf('shop/items.write', 'alice'),
    SHOPPER: await tokenOf('shop/orders', 'bob'),
    REPORTS: String(offline.endpoints.reports),
    ANALYST: await tokenOf('shop/reports', 'carol'),
  };
}, 60_000);
afterAll(() => offline?.stop());

async function run(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: root, env });
  return stdout;
}

describe('the README', () => {
  it('shows ten requests, two orders with what became of them, and a report', () => {
    expect(examples).toHaveLength(15);
  });

  it.each(examples)('shows what is answered to $command', async ({ command, answer }) => {
    const pattern = answer
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[\\s\\S]*?');
    const expected = new RegExp(`^${pattern}$`);
    const ask = async () => (await run(`${definitions}${command}`, environment)).replaceAll('\r', '').trim();
    let answered = await ask();
    // An order is worked on after it was answered for, and reported on after that.
    const isOver = async () => {
      answered = await ask();
      return expected.test(answered);
    };
    if (/^(orders|sales)\b/.test(command)) await until(isOver, 20_000).catch(() => {});
    expect(answered).toMatch(expected);
  });

  it('names a command that runs one function against the running system', async () => {
    const command = /`(npx sls invoke local [^`]+)`/.exec(readme)?.[1] ?? '';
    const answered = await run(command, environment);
    expect(answered).toContain('"statusCode": 200');
    expect(answered).toContain('COF-ETH-250');
  }, 60_000);
});

// Beside the README's requests, after them: to start the whole application once more would cost more than both.
describe('npm run smoke, against the local cloud', () => {
  const smoke = (env: NodeJS.ProcessEnv) => run(`node tools/smoke.ts --url ${environment.API}`, env);

  it('finds that all is well, up to an order that is complete', async () => {
    const token = await run("npm run --silent token -- --scope 'shop/items.write shop/orders'", environment);
    const told = await smoke({ ...environment, SMOKE_TOKEN: token.trim() });
    expect(told).toMatch(/an order runs through the workflow.*COMPLETE/);
    expect(told).toContain('the item is deleted');
  }, 60_000);

  it('only reads without a token', async () => {
    const told = await smoke(environment);
    expect(told).toContain('the catalogue can be read');
    expect(told).toContain('Nothing was written: there is no token that may.');
  });
});
