import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Packages the application as it is deployed to dev and to prod, with and without the reports service, and has
 * cfn-lint read the templates; .cfnlintrc holds its exceptions. Where cfn-lint cannot be installed it says so and
 * does nothing; that is a failure when REQUIRE_CFN_LINT is set.
 */

const ROOT = join(import.meta.dirname, '..');
const FRAMEWORK = join(ROOT, 'node_modules/serverless/bin/serverless.js');
const PYTHON = join(ROOT, 'node_modules/.cache/cfn-lint');
const IMAGE = `reportsImageUri=123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop-reports@sha256:${'0f'.repeat(32)}`;
const CERTIFICATE =
  'certificateArn=arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f';

const PACKAGES: readonly { readonly stage: string; readonly params: readonly string[] }[] = [
  { stage: 'dev', params: [] },
  { stage: 'dev', params: [IMAGE, 'reportsEgress=endpoints', 'issuerUrl=https://idp.example.com'] },
  { stage: 'prod', params: [] },
  { stage: 'prod', params: [IMAGE, CERTIFICATE] },
];

function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  process.exit(1);
}

/** In an environment of its own, which goes when the dependencies are installed anew. */
function install(): void {
  if (existsSync(join(PYTHON, 'bin/cfn-lint'))) return;
  const pip = ['install', '--quiet', '--retries', '2', '--require-hashes', '-r', 'tools/requirements.txt'];
  for (const [command, args] of [
    ['python3', ['-m', 'venv', PYTHON]],
    [join(PYTHON, 'bin/pip'), pip],
  ] as const) {
    const { status, stderr, error } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
    if (status === 0) continue;
    console.log(`Templates are not linted, since cfn-lint cannot be installed: ${error?.message ?? stderr}`);
    process.exit(process.env.REQUIRE_CFN_LINT ? 1 : 0);
  }
}
install();

const folder = mkdtempSync(join(tmpdir(), 'shop-templates-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const templates = PACKAGES.map(({ stage, params }, index) => {
  const target = join(folder, `${stage}-${index}`);
  const given = params.map((param) => `--param=${param}`);
  run(process.execPath, [FRAMEWORK, 'package', '--stage', stage, '--package', target, ...given]);
  return join(target, 'cloudformation-template-update-stack.json');
});
run(join(PYTHON, 'bin/cfn-lint'), ['--format', 'parseable', '--template', ...templates]);
console.log(`${templates.length} templates are without a finding.`);
