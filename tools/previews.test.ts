import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';

const STACKS = ['shop-prod', 'shop-pr-7', 'shop-pr-12', 'shop-pr-12-extra', 'shop-pr-9'];
const listing = `<ListStacksResponse><ListStacksResult><StackSummaries>${STACKS.map(
  (name) => `<member><StackName>${name}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus></member>`,
).join('')}<member><StackName>shop-pr-3</StackName><StackStatus>DELETE_COMPLETE</StackStatus></member>
</StackSummaries></ListStacksResult></ListStacksResponse>`;

describe('npm run previews', () => {
  let server: Server | undefined;
  afterEach(() => new Promise((resolve) => server?.close(resolve)));

  async function previews(states: Readonly<Record<string, string>>) {
    server = createServer((request, response) => {
      const [, number] = /^\/repos\/shop\/shop\/pulls\/(\d+)$/.exec(request.url ?? '') ?? [];
      const state = states[number ?? ''];
      request.resume().on('end', () => {
        if (request.method === 'POST') response.writeHead(200, { 'content-type': 'text/xml' }).end(listing);
        else response.writeHead(state ? 200 : 500).end(JSON.stringify({ state }));
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return promisify(execFile)(process.execPath, [join(import.meta.dirname, 'previews.ts')], {
      env: {
        ...{ AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
        ...{ GITHUB_API_URL: url, GITHUB_REPOSITORY: 'shop/shop', GITHUB_TOKEN: 'test' },
      },
    });
  }

  it('lists the stages whose pull requests are closed, and no other stage', async () => {
    expect((await previews({ 7: 'closed', 9: 'open', 12: 'closed' })).stdout).toBe('pr-7\npr-12\n');
  });

  it('takes no pull request for closed that GitHub says nothing of', async () => {
    await expect(previews({ 7: 'open' })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'GitHub answers 500 about pull request 9.\n',
    });
  });
});
