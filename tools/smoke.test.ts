import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';

describe('npm run smoke', () => {
  let server: Server | undefined;
  afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));

  /** CloudFormation, whose stack says that the API is at /api here, where nothing is found. */
  async function stackOf(outputs: string) {
    const seen: string[] = [];
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const url = `http://${request.headers.host}`;
      const answer =
        request.url === '/'
          ? `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>${outputs.replace('URL', `${url}/api`)}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
          : '';
      seen.push(`${request.method} ${request.url} ${request.url === '/' ? body : ''}`.trim());
      response.writeHead(answer ? 200 : 404, { 'content-type': 'text/xml' }).end(answer);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, seen };
  }
  const output = (key: string, value: string) =>
    `<Outputs><member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member></Outputs>`;

  const run = (environment: Readonly<Record<string, string>>, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, 'smoke.ts'), ...args], {
      env: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', ...environment },
    }).then(
      ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
      ({ stdout, stderr, code }) => ({ stdout, stderr, code }),
    );

  it('asks the stack for the URL, fails for an API that is not there, and only reads in prod', async () => {
    const { url, seen } = await stackOf(output('HttpApiUrl', 'URL'));
    const { stdout, code } = await run({ AWS_ENDPOINT_URL: url }, '--stage', 'prod');
    expect(code).toBe(1);
    expect(stdout).toContain('GET /items?limit=1 answers 404, not 200');
    expect(stdout).toContain('Nothing was written: there is no token that may.');
    expect(seen[0]).toContain('StackName=shop-prod');
    expect(seen).toContain('GET /api/items?limit=1');
    // Neither Cognito is asked, nor anything else of AWS.
    expect(seen.filter((request) => request.includes(' / '))).toHaveLength(1);
  });

  it('says that a stack has no API', async () => {
    const { url } = await stackOf(output('Other', 'x'));
    const { stderr, code } = await run({ AWS_ENDPOINT_URL: url }, '--stage', 'staging');
    expect(stderr).toBe('The stack shop-staging in eu-west-1 has no output HttpApiUrl.\n');
    expect(code).toBe(1);
  });

  it('takes no token in prod', async () => {
    const { stderr, code } = await run({ SMOKE_TOKEN: 'a.b.c' }, '--stage', 'prod');
    expect(stderr).toBe('SMOKE_TOKEN is not for prod, where nothing is written.\n');
    expect(code).toBe(1);
  });

  it('says why nothing answers', async () => {
    const { url } = await stackOf('');
    await new Promise((resolve) => server?.close(resolve));
    const { stdout } = await run({}, '--url', url);
    expect(stdout).toContain('GET /items?limit=1 gets no answer: connect ECONNREFUSED');
  });
});
