/*
 * Runs on what a machine has before `npm ci`: the oldest Node that the README names, and no packages. Once the packages
 * are there, their Node runs the rest.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HELP, readOptions } from './doctor/command-line.mjs';
import { installationFindings, installationOf, runtimeOf } from './doctor/installation.mjs';
import { asJson, asText, isWell } from './doctor/report.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Answers the exit code. */
function doctor() {
  const args = process.argv.slice(2);
  const { json, help } = readOptions(args);
  if (help) {
    console.log(HELP.trimEnd());
    return 0;
  }
  const findings = installationFindings(installationOf(ROOT, process.env.npm_config_user_agent));
  if (isWell(findings)) {
    const { status } = spawnSync(runtimeOf(ROOT), [join(ROOT, 'tools/doctor/index.ts'), ...args], {
      stdio: 'inherit',
    });
    return status ?? 1;
  }
  console.log(json ? asJson(findings) : asText(findings));
  if (!json) console.log('The rest is looked at when this is mended.');
  return 1;
}

try {
  process.exitCode = doctor();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
