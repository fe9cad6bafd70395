import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../offline/errors.ts';
import { build, buildArguments, dockerProblem, loggedIn } from './images/docker.ts';
import { IMAGES, type Image } from './images/images.ts';
import { ecr, type Registry } from './images/registry.ts';
import { REGION } from './region.ts';

const { stages }: typeof import('../shared/serverless/params.cjs') = createRequire(import.meta.url)(
  '../shared/serverless/params.cjs',
);

const HELP = `npm run images -- --stage STAGE [options]

Builds the container images of the invoices and of the reports for arm64, pushes them to ECR, waits until they have been
scanned, and prints the parameters to deploy them with. An image that ECR has of the same stage and commit is not built
again. Ends with 2 when the scan has found what --fail-on names. It wants Docker with buildx, the AWS credentials of the
environment, and the repositories of infra/images.yml.

  --stage STAGE        the stage, which the tags of the images name with the commit
  --region REGION      where the repositories are (default: ${REGION}, that of sls)
  --only NAME          one image alone: invoice or reports
  --fail-on SEVERITY   CRITICAL (default), HIGH (these, too) or NONE
  --no-push            only finds out whether they can be built; asks nothing of AWS
  --dry-run            only checks what is needed, and shows what it would run
  --json               writes the parameters as JSON
  --help               shows this text
`;

const ROOT = join(import.meta.dirname, '..');
const FAILING: Readonly<Record<string, readonly string[]>> = {
  CRITICAL: ['CRITICAL'],
  HIGH: ['CRITICAL', 'HIGH'],
  NONE: [],
};

interface Options {
  readonly stage?: string | undefined;
  readonly region: string;
  readonly only?: string | undefined;
  readonly 'fail-on': string;
  readonly 'no-push'?: boolean | undefined;
  readonly 'dry-run'?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** An image, and where it is to be. */
interface Target {
  readonly image: Image;
  readonly uri: string;
}

/** Ends the command's work: 0, 1 when something is missing, or 2 when a scan has found too much. */
async function images(options: Options): Promise<number> {
  const chosen = IMAGES.filter(({ name }) => options.only === undefined || name === options.only);
  if (chosen.length === 0) throw new Error(`--only ${options.only}: invoice or reports is expected.`);
  const failing = FAILING[options['fail-on']];
  if (!failing) throw new Error(`--fail-on ${options['fail-on']}: CRITICAL, HIGH or NONE is expected.`);
  const tag = options['no-push'] ? undefined : tagOf(options.stage);
  const registry = ecr(options.region);
  const { targets, problems } = await look(chosen, tag === undefined ? undefined : registry);
  for (const problem of problems) say(problem);
  if (problems.size > 0) return 1;

  if (options['dry-run']) {
    for (const { image, uri } of targets)
      say(`docker ${buildArguments(image.dockerfile, tag && `${uri}:${tag}`).join(' ')} .`);
    return 0;
  }
  if (tag === undefined) {
    for (const { dockerfile } of chosen) build(ROOT, dockerfile, undefined);
    return 0;
  }
  const uris = await push(registry, targets, tag);
  const isSafe = await scansAllow(registry, targets, uris, failing);
  if (options.json) console.log(JSON.stringify(Object.fromEntries(uris), undefined, 2));
  else console.log([...uris].map(([parameter, uri]) => `--param ${parameter}=${uri}`).join(' '));
  return isSafe ? 0 : 2;
}

/** Where the images are to be, and all that is missing. Without a registry they are to be nowhere. */
async function look(chosen: readonly Image[], registry: Registry | undefined) {
  const docker = dockerProblem();
  const problems = new Set(docker === undefined ? [] : [docker]);
  const targets: Target[] = [];
  for (const image of chosen) {
    try {
      targets.push({ image, uri: (await registry?.uriOf(image.repository)) ?? '' });
    } catch (error) {
      problems.add(messageOf(error));
    }
  }
  return { targets, problems };
}

/** Parameter of the deployment → URI with the digest. */
async function push(
  registry: Registry,
  targets: readonly Target[],
  tag: string,
): Promise<Map<string, string>> {
  const uris = new Map<string, string>();
  const [host = ''] = targets[0]?.uri.split('/') ?? [];
  await loggedIn(host, await registry.credentials(), async () => {
    for (const { image, uri } of targets) {
      const known = await registry.digestOf(image.repository, tag);
      if (known !== undefined) say(`${image.repository}:${tag} is there already.`);
      uris.set(image.parameter, `${uri}@${known ?? build(ROOT, image.dockerfile, `${uri}:${tag}`)}`);
    }
  });
  return uris;
}

/** An image says by its tag what it was made for, and from what. */
function tagOf(stage: string | undefined): string {
  if (stage === undefined || !stages.accepts(stage))
    throw new Error(`--stage ${stage ?? ''}: it may be ${stages.allowed}.`);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  if (git('status', '--porcelain') !== '')
    throw new Error('There are changes that are not committed: an image is named by its commit.');
  return `${stage}-${git('rev-parse', 'HEAD')}`;
}

/** Waits for all scans and says what they have found. */
async function scansAllow(
  registry: Registry,
  targets: readonly Target[],
  uris: ReadonlyMap<string, string>,
  failing: readonly string[],
): Promise<boolean> {
  let isSafe = true;
  for (const { image } of targets) {
    const [, digest = ''] = uris.get(image.parameter)?.split('@') ?? [];
    const findings = await registry.findingsIn(image.repository, digest);
    const bad = findings.filter(({ severity }) => failing.includes(severity));
    const names = bad.map(({ name, severity }) => `${name} (${severity})`).join(', ');
    say(`${image.repository}: ${findings.length} findings of the scan${names && `; refused for ${names}`}`);
    isSafe &&= bad.length === 0;
  }
  return isSafe;
}

/** stdout is for the parameters alone. */
const say = (line: string) => console.error(line);

try {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    options: {
      stage: { type: 'string' },
      region: { type: 'string', default: REGION },
      only: { type: 'string' },
      'fail-on': { type: 'string', default: 'CRITICAL' },
      ...{ 'no-push': flag, 'dry-run': flag, json: flag, help: flag },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else process.exitCode = await images(values);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
