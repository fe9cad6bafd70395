import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const fresh = mkdtempSync(join(tmpdir(), 'doctor-'));
for (const path of ['package.json', 'package-lock.json', 'tools/doctor.mjs', 'tools/doctor'])
  cpSync(join(root, path), join(fresh, path), { recursive: true });
afterAll(() => rmSync(fresh, { recursive: true }));

const doctor = (folder: string, ...args: string[]) => {
  const env = { ...process.env, npm_config_user_agent: 'npm/10.8.2 node/v20.20.2 linux x64' };
  const program = join(folder, 'tools/doctor.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
};

describe('npm run doctor', () => {
  it('wants npm ci in a fresh clone, and looks no further', () => {
    expect(doctor(fresh)).toEqual({
      status: 1,
      stderr: '',
      stdout: `ok      node      Node 20.20.2
ok      npm       npm 10.8.2
error   packages  The packages are not installed.
                  → npm ci

1 error, 0 warnings.
The rest is looked at when this is mended.
`,
    });
    const { isWell, findings } = JSON.parse(doctor(fresh, '--json').stdout);
    expect(isWell).toBe(false);
    expect(findings[2].fix).toBe('npm ci');
  });

  it('tells of its options there, and of one that it does not have', () => {
    expect(doctor(fresh, '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('--deploy') });
    expect(doctor(fresh, '--cure')).toMatchObject({ status: 1, stdout: '' });
    expect(doctor(fresh, '--cure').stderr).toMatch(/^Unknown option '--cure'.*\n$/);
  });

  it('looks at all of this machine once the packages are there', () => {
    const { status, stdout, stderr } = doctor(root, '--json', '--data', join(fresh, 'data'));
    expect(stderr).toBe('');
    const { isWell, findings } = JSON.parse(stdout);
    expect(status).toBe(isWell ? 0 : 1);
    expect([...new Set(findings.map(({ check }: { check: string }) => check))]).toEqual([
      'node',
      'npm',
      'packages',
      'runtime',
      'framework',
      'memory',
      'disk',
      'folders',
      'emulator',
      'ports',
      'processes',
      'data',
    ]);
  });
});
