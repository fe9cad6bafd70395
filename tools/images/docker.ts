import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A builder of its own: the one that Docker starts with cannot rewrite timestamps. */
const BUILDER = 'shop-images';

/** What keeps this machine from building images: one line with the way out, undefined when nothing does. */
export function dockerProblem(): string | undefined {
  const { status, stderr, error } = ask(['version', '--format', '{{.Server.Version}}']);
  if (error)
    return 'Docker is not installed: install it (https://docs.docker.com/get-docker/) and run this again.';
  if (status !== 0) return `Docker does not answer (${lastLine(stderr)}): start it and run this again.`;
  if (ask(['buildx', 'version']).status !== 0)
    return 'Docker has no buildx: install its plugin (https://docs.docker.com/build/buildx/install/).';
  return undefined;
}

/**
 * The arguments that build one image for the Lambda and the Fargate of the application. One manifest and no index of
 * several, which attestations would make of it: Lambda takes no index. Without emulation, since nothing runs in the
 * stages for arm64.
 * https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
 *
 * @param uri with a tag: where it is pushed to; undefined: it is built and thrown away
 */
export function buildArguments(dockerfile: string, uri: string | undefined): string[] {
  const to =
    uri === undefined
      ? ['--output', 'type=cacheonly']
      : ['--tag', uri, '--output', 'type=image,push=true,rewrite-timestamp=true'];
  return [
    ...['buildx', 'build', '--builder', BUILDER, '--platform', 'linux/arm64'],
    ...['--provenance=false', '--sbom=false', '--file', dockerfile, ...to],
  ];
}

/**
 * Builds an image from the folder, and answers its digest when it is pushed. The same content has the same digest,
 * whenever it is built: all its times are the beginning of 1970.
 * https://docs.docker.com/build/ci/github-actions/reproducible-builds/
 *
 * @throws Error when it cannot be built or pushed; what Docker says of it is on stderr by then
 */
export function build(folder: string, dockerfile: string, uri: string | undefined): string {
  if (ask(['buildx', 'inspect', BUILDER]).status !== 0) {
    show(['buildx', 'create', '--name', BUILDER, '--driver', 'docker-container']);
  }
  const temporary = mkdtempSync(join(tmpdir(), 'shop-images-'));
  try {
    const metadata = join(temporary, 'metadata.json');
    show([...buildArguments(dockerfile, uri), '--metadata-file', metadata, folder]);
    if (uri === undefined) return '';
    const digest = JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.digest'];
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`Docker says no digest of ${uri}.`);
    return digest;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Runs `work` while Docker may push to the registry. */
export async function loggedIn(
  registry: string,
  { user, password }: { readonly user: string; readonly password: string },
  work: () => Promise<void>,
): Promise<void> {
  const login = ask(['login', '--username', user, '--password-stdin', registry], password);
  if (login.status !== 0) throw new Error(`docker login ${registry} failed: ${lastLine(login.stderr ?? '')}`);
  try {
    await work();
  } finally {
    ask(['logout', registry]);
  }
}

const env = { ...process.env, SOURCE_DATE_EPOCH: '0' };

const ask = (args: readonly string[], input = '') =>
  spawnSync('docker', args, { encoding: 'utf8', input, env });

/** What is said goes to stderr: stdout is for the result. */
function show(args: readonly string[]): void {
  const { status } = spawnSync('docker', args, { stdio: ['ignore', 2, 2], env });
  if (status !== 0) throw new Error(`docker ${args.slice(0, 2).join(' ')} failed.`);
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
