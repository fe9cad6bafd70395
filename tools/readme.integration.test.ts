import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OfflineProcess, startOffline } from '../offline/testing/offline.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The commands of the README's console block in their order, each with the answer that it shows. */
const examples = (/```console\n([\s\S]*?)```/.exec(readme)?.[1] ?? '')
  .split(/^\$ /m)
  .slice(1)
  .map((example) => {
    const end = example.indexOf('\n');
    return { command: example.slice(0, end), answer: example.slice(end + 1).trim() };
  });

/** What the README defines before the requests; the test has its own values for the addresses. */
const definitions = (/```bash\n(API=[\s\S]*?)```/.exec(readme)?.[1] ?? '').replace(
  /^(?:API|TOKEN)=.*\n/gm,
  '',
);

let offline: OfflineProcess;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  offline = await startOffline({ folder: root });
  const token = await run('npm run --silent token -- --scope shop/items.write --sub alice', {
    ...process.env,
    LOCAL_CLOUD_STATE: offline.stateFolder,
  });
  environment = {
    ...process.env,
    API: String(offline.endpoints.http),
    TOKEN: token.trim(),
    LOCAL_CLOUD_STATE: offline.stateFolder,
  };
}, 60_000);
afterAll(() => offline?.stop());

async function run(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: root, env });
  return stdout;
}

describe('the README', () => {
  it('shows ten requests', () => {
    expect(examples).toHaveLength(10);
  });

  it.each(examples)('shows what is answered to $command', async ({ command, answer }) => {
    const pattern = answer
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[\\s\\S]*?');
    const answered = (await run(`${definitions}${command}`, environment)).replaceAll('\r', '').trim();
    expect(answered).toMatch(new RegExp(`^${pattern}$`));
  });

  it('names a command that runs one function against the running system', async () => {
    const command = /`(npx sls invoke local [^`]+)`/.exec(readme)?.[1] ?? '';
    const answered = await run(command, environment);
    expect(answered).toContain('"statusCode": 200');
    expect(answered).toContain('COF-ETH-250');
  }, 60_000);
});
