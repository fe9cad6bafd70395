import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readYaml } from './cloudformation-yaml.ts';

/** Packages and calls that are known and harmless, each with its reason. */
export interface Allowance {
  /** The package, as in `npm ls`. */
  readonly name: string;
  /** The file within a plugin; absent for a package that is allowed as a whole. */
  readonly file?: string;
  readonly reason: string;
}

const ALLOWED: readonly Allowance[] = [
  {
    name: 'serverless-step-functions',
    file: 'lib/awsRequest.js',
    reason: 'calls provider.request() only where the framework has no getAwsSdkV3Config(), which osls 4 has',
  },
];

/**
 * What osls 4 removed, as plugins spell it.
 * https://github.com/oss-serverless/osls/blob/4.x/docs/guides/upgrading-to-v4.md#aws-sdk-v2-removed-plugin-authors
 */
const PROVIDER = String.raw`(?:\b(?:aws)?provider|\baws|\bgetProvider\(\s*['"\x60]aws['"\x60]\s*\))\s*\??\.\s*`;
const REMOVED: readonly { readonly call: string; readonly pattern: RegExp }[] = [
  { call: 'provider.request()', pattern: new RegExp(`${PROVIDER}request\\s*\\(`, 'gi') },
  { call: 'provider.sdk', pattern: new RegExp(`${PROVIDER}sdk\\b`, 'gi') },
  { call: 'provider.getCredentials()', pattern: new RegExp(`${PROVIDER}getCredentials\\s*\\(`, 'gi') },
  {
    call: 'the AWS SDK v2, which osls no longer brings',
    pattern: /(?:\brequire\(|\bimport\(|\bfrom|\bimport)\s*['"`]aws-sdk(?:\/[^'"`]*)?['"`]/g,
  },
];

/**
 * Whatever would bring another framework than osls into the repository at `root`, or call what osls no longer has:
 * one line each, empty when all is well.
 */
export function frameworkProblems(root: string, allowed: readonly Allowance[] = ALLOWED): string[] {
  return [
    ...lockedProblems(root),
    ...installedProblems(root),
    ...pluginProblems(
      root,
      allowed.filter(({ file }) => file !== undefined),
    ),
  ].filter(
    (problem) => !allowed.some(({ name, file }) => file === undefined && problem.startsWith(`${name} `)),
  );
}

/** A package of the lock file: an alias has its real name in `name`. */
interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
}

function lockedProblems(root: string): string[] {
  const lock: { readonly packages?: Readonly<Record<string, LockedPackage>> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  return Object.entries(lock.packages ?? {}).flatMap(([path, { name }]) => {
    const installedAs = path.split('node_modules/').at(-1) ?? '';
    return frameworkProblem(installedAs, name ?? installedAs, `package-lock.json: ${path}`, path);
  });
}

/** What lies in node_modules, at any depth; the lock file may not be what was installed. */
function installedProblems(root: string): string[] {
  return installedIn(root, 'node_modules').flatMap((path) => {
    const installedAs = path.split('node_modules/').at(-1) ?? '';
    if (!/^(?:serverless$|osls$|@serverless\/)/.test(installedAs)) return [];
    const manifest = join(root, path, 'package.json');
    if (!existsSync(manifest)) return [];
    const { name }: { readonly name?: string } = JSON.parse(readFileSync(manifest, 'utf8'));
    return frameworkProblem(installedAs, name ?? installedAs, path, path);
  });
}

/** The folders of all packages in a node_modules, and in those of the packages: npm installs nowhere else. */
function installedIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .flatMap((entry) =>
      entry.startsWith('@')
        ? readdirSync(join(root, folder, entry)).map((name) => `${entry}/${name}`)
        : [entry],
    )
    .flatMap((name) => [`${folder}/${name}`, ...installedIn(root, `${folder}/${name}/node_modules`)]);
}

function frameworkProblem(installedAs: string, name: string, where: string, path: string): string[] {
  if (installedAs.startsWith('@serverless/')) {
    return [`${installedAs} is a package of the proprietary framework (${where})`];
  }
  if (installedAs !== 'serverless' && name !== 'osls') return [];
  if (name !== 'osls') return [`${installedAs} is not osls but ${name} (${where})`];
  if (path !== 'node_modules/serverless')
    return [`${installedAs} is a second copy of the framework (${where})`];
  return [];
}

function pluginProblems(root: string, allowed: readonly Allowance[]): string[] {
  return [...listedPlugins(root)].flatMap(([plugin, listedIn]) => {
    const folder = join(root, 'node_modules', plugin);
    if (!existsSync(folder)) return [`${plugin} is listed in ${listedIn} and not installed`];
    return globSync('**/*.{js,cjs,mjs}', { cwd: folder, exclude: (entry) => UNSHIPPED.has(entry) })
      .sort()
      .filter((file) => !/\.test\.[cm]?js$/.test(file))
      .filter((file) => !allowed.some((allowance) => allowance.name === plugin && allowance.file === file))
      .flatMap((file) => {
        const code = readFileSync(join(folder, file), 'utf8').replaceAll(/^[ \t]*(?:\/\/|\/?\*).*$/gm, '');
        return REMOVED.flatMap(({ call, pattern }) =>
          // A call may be spread over lines.
          [...code.matchAll(pattern)].map(({ index }) => ({ call, line: lineAt(code, index) })),
        )
          .sort((a, b) => a.line - b.line)
          .map(({ call, line }) => `${plugin}/${file}:${line} uses ${call}`);
      });
  });
}

const lineAt = (text: string, index: number) => text.slice(0, index).split('\n').length;

/** Not loaded by the framework. Dependencies have their own reasons to speak to AWS. */
const UNSHIPPED = new Set(['node_modules', 'test', 'tests', '__tests__', 'examples', 'docs']);

/** Packages that the root and the services list as plugins, with the file that lists each. */
function listedPlugins(root: string): Map<string, string> {
  const self: { readonly name?: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const plugins = new Map<string, string>();
  for (const file of globSync(['serverless.yml', 'services/*/serverless.yml'], { cwd: root })) {
    const { plugins: listed } = readYaml(join(root, file)) as { readonly plugins?: readonly string[] };
    for (const entry of listed ?? []) {
      const name = entry.split('/', entry.startsWith('@') ? 2 : 1).join('/');
      if (!entry.startsWith('.') && name !== self.name) plugins.set(name, file);
    }
  }
  return plugins;
}

if (import.meta.main) {
  const problems = frameworkProblems(join(import.meta.dirname, '..'));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
