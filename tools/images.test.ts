import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { COMPILE_CACHE } from '../offline/compile-cache.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const DIGEST = `sha256:${'0f'.repeat(32)}`;
const HOST = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

/** Operation of ECR → answer, or the name of an exception. */
type Answers = Readonly<Record<string, object | string>>;
const answers: Answers = {
  DescribeRepositories: { repositories: [{ repositoryUri: `${HOST}/shop/…` }] },
  DescribeImages: 'ImageNotFoundException',
  GetAuthorizationToken: {
    authorizationData: [{ authorizationToken: Buffer.from('AWS:secret-password').toString('base64') }],
  },
  DescribeImageScanFindings: {
    imageScanStatus: { status: 'COMPLETE' },
    imageScanFindings: { findings: [{ name: 'CVE-2026-0001', severity: 'HIGH' }] },
  },
};

describe('npm run images', () => {
  let folder: string;
  let server: Server | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'images-test-'));
    program('git', `if (process.argv[2] === 'rev-parse') console.log('${COMMIT}');`);
  });
  afterEach(async () => {
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    server = undefined;
    rmSync(folder, { recursive: true });
  });

  function program(name: string, code: string): void {
    const file = join(folder, name);
    writeFileSync(file, `#!${process.execPath}\n${code}`);
    chmodSync(file, 0o755);
  }

  /** A Docker that notes what it is told, and fails what begins with `failing`. */
  function docker(failing?: string): void {
    program(
      'docker',
      `const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
       const args = process.argv.slice(2);
       const input = args[0] === 'login' ? ' < ' + readFileSync(0, 'utf8') : '';
       appendFileSync('${join(folder, 'docker.log')}', args.join(' ') + input + '\\n');
       if (args.join(' ').startsWith(${JSON.stringify(failing ?? 'nothing')})) {
         console.error('first line\\nthe reason');
         process.exit(1);
       }
       const metadata = args.indexOf('--metadata-file');
       if (metadata > 0)
         writeFileSync(args[metadata + 1], JSON.stringify({ 'containerimage.digest': '${DIGEST}' }));`,
    );
  }

  async function registry(given: Answers = {}): Promise<Record<string, string>> {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      const answer = { ...answers, ...given }[operation];
      const headers = { 'content-type': 'application/x-amz-json-1.1' };
      if (typeof answer !== 'object')
        response.writeHead(400, headers).end(JSON.stringify({ __type: answer }));
      else {
        const name = JSON.parse(body).repositoryNames?.[0] ?? '';
        response.writeHead(200, headers).end(JSON.stringify(answer).replace('shop/…', name));
      }
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
  }

  function run(environment: Record<string, string>, ...args: string[]) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'images.ts'), ...args], {
      env: {
        ...{ PATH: folder, HOME: folder, NODE_COMPILE_CACHE: COMPILE_CACHE },
        ...{ AWS_EC2_METADATA_DISABLED: 'true', ...environment },
      },
    });
    const told = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      told.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      told.err += chunk;
    });
    return new Promise<{ out: string; err: string; code: number | null }>((resolve) => {
      child.on('close', (code) => resolve({ ...told, code }));
    });
  }
  const commands = () => readFileSync(join(folder, 'docker.log'), 'utf8').trim().split('\n');

  it('builds and pushes both images, and prints what to deploy them with', async () => {
    docker();
    const { out, code } = await run(await registry(), '--stage', 'prod');
    expect(out).toBe(
      `--param invoiceImageUri=${HOST}/shop/invoice@${DIGEST} --param reportsImageUri=${HOST}/shop/reports@${DIGEST}\n`,
    );
    expect(code).toBe(0);
    const builds = commands().filter((command) => command.startsWith('buildx build'));
    expect(builds.map((command) => command.replace(/--metadata-file \S+ \S+$/, '…'))).toEqual([
      'buildx build --builder shop-images --platform linux/arm64 --provenance=false --sbom=false ' +
        `--file services/events/invoice.Dockerfile --tag ${HOST}/shop/invoice:prod-${COMMIT} ` +
        '--output type=image,push=true,rewrite-timestamp=true …',
      'buildx build --builder shop-images --platform linux/arm64 --provenance=false --sbom=false ' +
        `--file services/reports/Dockerfile --tag ${HOST}/shop/reports:prod-${COMMIT} ` +
        '--output type=image,push=true,rewrite-timestamp=true …',
    ]);
  });

  it('logs in with a password on standard input, and out again', async () => {
    docker();
    await run(await registry(), '--stage', 'prod');
    expect(commands().filter((command) => command.startsWith('log'))).toEqual([
      `login --username AWS --password-stdin ${HOST} < secret-password`,
      `logout ${HOST}`,
    ]);
  });

  it('logs out when an image cannot be built', async () => {
    docker('buildx build');
    const { out, err, code } = await run(await registry(), '--stage', 'prod');
    expect({ out, code }).toEqual({ out: '', code: 1 });
    expect(err).toContain('docker buildx build failed.');
    expect(commands().at(-1)).toBe(`logout ${HOST}`);
  });

  it('makes its builder where it is missing', async () => {
    docker('buildx inspect');
    await run({}, '--no-push', '--only', 'invoice');
    expect(commands()).toContain('buildx create --name shop-images --driver docker-container');
  });

  it('builds nothing that ECR has of the commit, and writes JSON', async () => {
    docker();
    const there = await registry({ DescribeImages: { imageDetails: [{ imageDigest: DIGEST }] } });
    const { out } = await run(there, '--stage', 'staging', '--only', 'reports', '--json');
    expect(JSON.parse(out)).toEqual({ reportsImageUri: `${HOST}/shop/reports@${DIGEST}` });
    expect(commands().filter((command) => command.includes('build '))).toEqual([]);
  });

  it.each([
    ['CRITICAL', 0],
    ['HIGH', 2],
    ['NONE', 0],
  ])('ends as --fail-on %s says when a scan finds something that is HIGH', async (severity, expected) => {
    docker();
    const { err, code } = await run(await registry(), '--stage', 'prod', '--fail-on', severity);
    expect(code).toBe(expected);
    expect(err.includes('refused for CVE-2026-0001 (HIGH)')).toBe(expected === 2);
  });

  it('shows what it would run, and runs nothing of it', async () => {
    docker();
    const { err, code } = await run(await registry(), '--stage', 'prod', '--dry-run');
    expect(err).toContain(`--tag ${HOST}/shop/reports:prod-${COMMIT}`);
    expect(code).toBe(0);
    expect(commands()).toEqual(['version --format {{.Server.Version}}', 'buildx version']);
  });

  it('only builds with --no-push, without AWS', async () => {
    docker();
    const { code } = await run({}, '--no-push');
    expect(code).toBe(0);
    expect(commands().filter((command) => command.includes('--output type=cacheonly'))).toHaveLength(2);
  });

  it('says in a line each all that is missing', async () => {
    const { out, err, code } = await run({}, '--stage', 'prod');
    expect({ out, code }).toEqual({ out: '', code: 1 });
    expect(err).toBe(
      'Docker is not installed: install it (https://docs.docker.com/get-docker/) and run this again.\n' +
        'There are no AWS credentials: sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID.\n',
    );
  });

  it.each([
    ['version', 'Docker does not answer (the reason): start it and run this again.'],
    [
      'buildx version',
      'Docker has no buildx: install its plugin (https://docs.docker.com/build/buildx/install/).',
    ],
  ])('says what to do when `docker %s` fails', async (failing, line) => {
    docker(failing);
    const { err, code } = await run({}, '--no-push');
    expect({ err, code }).toEqual({ err: `${line}\n`, code: 1 });
  });

  it('says where repositories come from when there are none', async () => {
    docker();
    const none = await registry({ DescribeRepositories: 'RepositoryNotFoundException' });
    const { err, code } = await run(none, '--stage', 'prod', '--only', 'invoice', '--region', 'eu-north-1');
    expect(err).toBe(
      'ECR in eu-north-1 has no repository shop/invoice: deploy infra/images.yml, as infra/README.md says.\n',
    );
    expect(code).toBe(1);
  });

  it('refuses to name an image by a commit that it is not made of', async () => {
    docker();
    program('git', "console.log(' M shared/errors.ts');");
    const { err, code } = await run({}, '--stage', 'prod');
    expect(err).toBe('There are changes that are not committed: an image is named by its commit.\n');
    expect(code).toBe(1);
  });

  it.each([
    [['--stage', 'production'], '--stage production: it may be dev, staging, prod'],
    [['--stage', 'prod', '--only', 'shop'], '--only shop: invoice or reports is expected.'],
    [['--stage', 'prod', '--fail-on', 'LOW'], '--fail-on LOW: CRITICAL, HIGH or NONE is expected.'],
  ])('refuses %p in one line', async (args, line) => {
    docker();
    const { err, code } = await run({}, ...args);
    expect(err).toContain(line);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });
});
