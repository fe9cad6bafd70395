import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Found } from './found.ts';
import type { Template } from './template.ts';

const ROOT = join(import.meta.dirname, '../..');
const PYTHON = join(ROOT, 'node_modules/.cache/cfn-lint');
const LINTER = join(PYTHON, 'bin/cfn-lint');

interface Match {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/**
 * Installs cfn-lint unless it is there, in an environment of its own, which goes when the dependencies are installed
 * anew. Returns what keeps it from that, undefined when nothing does.
 */
export function installLint(): string | undefined {
  if (existsSync(LINTER)) return undefined;
  const pip = ['install', '--quiet', '--retries', '2', '--require-hashes', '-r', 'tools/requirements.txt'];
  for (const [command, args] of [
    ['python3', ['-m', 'venv', PYTHON]],
    [join(PYTHON, 'bin/pip'), pip],
  ] as const) {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
    if (status !== 0) return error?.message ?? `${stdout}${stderr}`.trim();
  }
  return undefined;
}

/** What cfn-lint finds in the template, but for the exceptions of .cfnlintrc. @throws Error when it cannot tell */
export async function lintFindings(template: Template): Promise<Found[]> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-lint-'));
  try {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(template));
    return (JSON.parse(await output(file)) as Match[]).map(({ Rule, Message, Location }) => ({
      rule: Rule.Id,
      resource: String(Location.Path?.[1] ?? 'template'),
      says: Message,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its exit code is not 0 when it has found something. */
const output = (file: string) =>
  new Promise<string>((resolve, reject) => {
    execFile(
      LINTER,
      ['--format', 'json', '--template', file],
      { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (stdout === '') reject(new Error(`cfn-lint failed: ${stderr || error?.message}`));
        else resolve(stdout);
      },
    );
  });
