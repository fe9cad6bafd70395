import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./finding.ts').Finding} Finding */

/**
 * A package of a lock file, as far as it is looked at.
 *
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [link] a folder of this repository
 * @property {boolean} [optional]
 * @property {readonly string[]} [os]
 * @property {readonly string[]} [cpu]
 * @property {readonly string[]} [libc]
 *
 * @typedef {{ readonly [name: string]: string }} Versions
 *
 * @typedef {object} Installation
 * @property {string} node the version that the machine has, without a v
 * @property {string | undefined} npm undefined when npm did not start this
 * @property {{ readonly node: string, readonly npm: string }} engines of package.json
 * @property {Versions} wanted all that package.json depends on
 * @property {Versions} agreed the same in package-lock.json
 * @property {{ readonly [path: string]: LockedPackage }} locked by package-lock.json
 * @property {Versions | undefined} installed version by path; undefined without node_modules
 * @property {string | undefined} runtime what the Node of node_modules says of itself, when it runs
 * @property {string} platform
 * @property {string} arch
 */

/**
 * What keeps the programs of this repository from running at all. It uses nothing that has to be installed.
 *
 * @param {Installation} installation
 * @returns {Finding[]}
 */
export function installationFindings(installation) {
  return [
    nodeFinding(installation),
    npmFinding(installation),
    packagesFinding(installation),
    ...(installation.installed ? [runtimeFinding(installation)] : []),
  ];
}

/**
 * Whether a version is in a range, which is written `>=20`, as `engines` of package.json has it here.
 *
 * @param {string} version
 * @param {string} range
 */
const isWithin = (version, range) => Number.parseInt(version, 10) >= Number(range.replace('>=', ''));

/** @type {(installation: Installation) => Finding} */
function nodeFinding({ node, engines }) {
  if (isWithin(node, engines.node)) return { check: 'node', level: 'ok', message: `Node ${node}` };
  return {
    check: 'node',
    level: 'error',
    message: `Node ${node} is too old: ${engines.node} is wanted.`,
    fix: 'Install Node 24 (https://nodejs.org/en/download).',
  };
}

/** @type {(installation: Installation) => Finding} */
function npmFinding({ npm, engines }) {
  if (npm === undefined) {
    return {
      check: 'npm',
      level: 'warning',
      message: 'npm did not start this: its version is unknown.',
      fix: 'npm run doctor',
    };
  }
  if (isWithin(npm, engines.npm)) return { check: 'npm', level: 'ok', message: `npm ${npm}` };
  return {
    check: 'npm',
    level: 'error',
    message: `npm ${npm} is too old: ${engines.npm} is wanted.`,
    fix: 'Install Node 24 (https://nodejs.org/en/download), which brings a newer one.',
  };
}

/** @type {(installation: Installation) => Finding} */
function packagesFinding({ wanted, agreed, locked, installed, platform, arch }) {
  const check = 'packages';
  const unlocked = [...new Set([...Object.keys(wanted), ...Object.keys(agreed)])].filter(
    (name) => wanted[name] !== agreed[name],
  );
  if (unlocked.length > 0) {
    return {
      check,
      level: 'error',
      message: `package.json and package-lock.json do not agree about ${listed(unlocked)}.`,
      fix: 'npm install',
    };
  }
  if (!installed) {
    return { check, level: 'error', message: 'The packages are not installed.', fix: 'npm ci' };
  }
  const different = Object.entries(locked)
    .filter(([path, entry]) => {
      if (path === '' || entry.link) return false;
      const version = installed[path];
      return version === undefined ? isNeeded(entry, platform, arch) : version !== entry.version;
    })
    .map(([path]) => path.replace('node_modules/', ''));
  if (different.length > 0) {
    return {
      check,
      level: 'error',
      message: `node_modules is not what package-lock.json says: ${listed(different)}.`,
      fix: 'npm ci',
    };
  }
  return { check, level: 'ok', message: 'The packages are those of package-lock.json.' };
}

/**
 * Whether npm would have installed it on this machine. Of optional packages only those for one system are asked for:
 * the others may belong to a package that was left out.
 *
 * @type {(entry: LockedPackage, platform: string, arch: string) => boolean}
 */
const isNeeded = ({ optional = false, os = [], cpu = [], libc }, platform, arch) =>
  !optional || (os.includes(platform) && cpu.includes(arch) && libc === undefined);

/** @param {readonly string[]} names */
const listed = (names) =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

/** @type {(installation: Installation) => Finding} */
function runtimeFinding({ runtime, locked }) {
  const version = `v${locked['node_modules/node']?.version}`;
  if (runtime === version)
    return { check: 'runtime', level: 'ok', message: `Node ${version} of node_modules` };
  return {
    check: 'runtime',
    level: 'error',
    message:
      runtime === undefined
        ? 'The Node of node_modules does not run. The install script of the package "node" has to fetch it.'
        : `The Node of node_modules is ${runtime} and should be ${version}.`,
    fix: 'npm ci --ignore-scripts=false',
  };
}

/**
 * Where the Node of the development dependencies is, which runs all programs.
 *
 * @param {string} root
 */
export function runtimeOf(root) {
  return join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * Reads how the repository at `root` is installed. `startedBy` is what npm says of itself and of its Node:
 * `npm/11.19.1 node/v20.20.2 linux x64`. https://docs.npmjs.com/cli/using-npm/config#user-agent
 *
 * @param {string} root
 * @param {string | undefined} startedBy
 * @returns {Installation}
 */
export function installationOf(root, startedBy = '') {
  const manifest = readJson(join(root, 'package.json'));
  const { packages: locked } = readJson(join(root, 'package-lock.json'));
  return {
    node: /\bnode\/v([\d.]+)/.exec(startedBy)?.[1] ?? process.versions.node,
    npm: /^npm\/([\d.]+)/.exec(startedBy)?.[1],
    engines: manifest.engines,
    wanted: dependenciesOf(manifest),
    agreed: dependenciesOf(locked['']),
    locked,
    installed: existsSync(join(root, 'node_modules')) ? installedVersions(root, locked) : undefined,
    runtime: versionOf(runtimeOf(root)),
    platform: process.platform,
    arch: process.arch,
  };
}

/** @param {{ dependencies?: Versions, devDependencies?: Versions, optionalDependencies?: Versions }} manifest */
const dependenciesOf = ({ dependencies, devDependencies, optionalDependencies }) => ({
  ...dependencies,
  ...devDependencies,
  ...optionalDependencies,
});

/** @type {(root: string, locked: { readonly [path: string]: LockedPackage }) => Versions} */
const installedVersions = (root, locked) =>
  Object.fromEntries(
    Object.keys(locked)
      .map((path) => ({ path, manifest: join(root, path, 'package.json') }))
      .filter(({ manifest }) => existsSync(manifest))
      .map(({ path, manifest }) => [path, readJson(manifest).version]),
  );

/** @param {string} program */
function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 2_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** @param {string} file */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
