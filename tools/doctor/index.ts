import { join, resolve } from 'node:path';
import { frameworkProblems } from '../check-framework.ts';
import { dockerProblem } from '../images/docker.ts';
import { REGION } from '../region.ts';
import { readOptions } from './command-line.mjs';
import { accountFindings } from './deployment.ts';
import { emulatorFinding } from './emulator.ts';
import type { Finding } from './finding.ts';
import {
  account,
  dataFolderProblem,
  emulator,
  machine,
  processes,
  runningCloud,
  takenPorts,
  usualPorts,
} from './gather.ts';
import { installationFindings, installationOf } from './installation.mjs';
import { machineFindings } from './machine.ts';
import { portFindings } from './ports.ts';
import { processFindings } from './processes.ts';
import { asJson, asText, isWell } from './report.mjs';
import { settingsFinding } from './settings.ts';

const ROOT = join(import.meta.dirname, '../..');

type Options = ReturnType<typeof readOptions>;

async function findings(options: Options): Promise<Finding[]> {
  const deployment = options.deploys ? deploymentFindings(options) : [];
  return [
    ...installationFindings(installationOf(ROOT, process.env.npm_config_user_agent)),
    ...frameworkFindings(frameworkProblems(ROOT)),
    ...machineFindings(machine(ROOT)),
    ...(await cloudFindings(options.data)),
    ...(await deployment),
  ];
}

async function cloudFindings(data: string | undefined): Promise<Finding[]> {
  const [running, found, all] = await Promise.all([runningCloud(ROOT), emulator(), processes()]);
  return [
    emulatorFinding(found),
    ...portFindings(await takenPorts(usualPorts(), all), running),
    ...processFindings(all, ROOT),
    ...(data === undefined ? [] : [dataFolderFinding(dataFolderProblem(resolve(data)))]),
  ];
}

async function deploymentFindings({ stage, param }: Options): Promise<Finding[]> {
  const facts = await account({ region: REGION, env: process.env, now: Date.now });
  return [settingsFinding(stage, param), ...accountFindings(facts), dockerFinding(dockerProblem())];
}

function frameworkFindings(problems: readonly string[]): Finding[] {
  const check = 'framework';
  if (problems.length === 0) return [{ check, level: 'ok', message: 'The framework is osls alone.' }];
  return problems.map((message) => ({
    check,
    level: 'error',
    message: `${message}.`,
    fix: 'npm ci; when it comes with a new dependency, do without that (docs/decisions/0002-osls-as-the-framework.md)',
  }));
}

function dataFolderFinding(problem: string | undefined): Finding {
  const check = 'data';
  if (problem === undefined) return { check, level: 'ok', message: 'The data folder can be used.' };
  return { check, level: 'error', message: problem, fix: 'End that local cloud, or give another --data.' };
}

function dockerFinding(problem: string | undefined): Finding {
  const check = 'docker';
  if (problem === undefined) return { check, level: 'ok', message: 'Images can be built.' };
  // What to do stands behind the last colon.
  const colon = problem.lastIndexOf(': ');
  return {
    check,
    level: 'warning',
    message: `${problem.slice(0, colon)}; without it there are no images, and no reports service.`,
    fix: problem.slice(colon + 2),
  };
}

const options = readOptions(process.argv.slice(2));
const found = await findings(options);
console.log(options.json ? asJson(found) : asText(found));
// A program that gives credentials, and was not waited for, must not keep this from ending.
process.exit(isWell(found) ? 0 : 1);
