import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages } from '../python.ts';
import type { Found } from './found.ts';
import type { Template } from './template.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Match {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/** The linter that requirements.txt locks, installed unless it is there. @throws PythonUnavailable where it cannot be */
export const installLint = async (): Promise<string> =>
  join(await installPackages(join(import.meta.dirname, 'requirements.txt')), 'bin/cfn-lint');

/** What cfn-lint finds in the template, but for the exceptions of .cfnlintrc. @throws Error when it cannot tell */
export async function lintFindings(linter: string, template: Template): Promise<Found[]> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-lint-'));
  try {
    const file = join(folder, 'template.json');
    writeFileSync(file, JSON.stringify(template));
    return (JSON.parse(await output(linter, file)) as Match[]).map(({ Rule, Message, Location }) => ({
      rule: Rule.Id,
      resource: String(Location.Path?.[1] ?? 'template'),
      says: Message,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its exit code is not 0 when it has found something. */
const output = (linter: string, file: string) =>
  new Promise<string>((resolve, reject) => {
    execFile(
      linter,
      ['--format', 'json', '--template', file],
      { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (stdout === '') reject(new Error(`cfn-lint failed: ${stderr || error?.message}`));
        else resolve(stdout);
      },
    );
  });
