import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const STACKS = ['shop-prod', 'shop-pr-7', 'shop-pr-12', 'shop-pr-12-extra', 'shop-pr-9'];
const listing = `<ListStacksResponse><ListStacksResult><StackSummaries>${STACKS.map(
  (name) => `<member><StackName>${name}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus></member>`,
).join('')}<member><StackName>shop-pr-3</StackName><StackStatus>DELETE_COMPLETE</StackStatus></member>
</StackSummaries></ListStacksResult></ListStacksResponse>`;

const resource = (type: string, id: string, name: string, status = 'CREATE_COMPLETE') =>
  `<member><ResourceType>${type}</ResourceType><LogicalResourceId>${id}</LogicalResourceId>` +
  `<PhysicalResourceId>${name}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus></member>`;
const resourcesOf = (
  stack: string,
) => `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>
${resource('AWS::S3::Bucket', 'ServerlessDeploymentBucket', `${stack}-packages`)}
${resource('AWS::S3::Bucket', 'UploadsBucket', `${stack}-uploads`)}
${resource('AWS::S3::Bucket', 'InvoicesBucket', `${stack}-invoices`, 'DELETE_COMPLETE')}
${resource('AWS::SQS::Queue', 'Queue', `${stack}-queue`)}
</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;

const versions = `<ListVersionsResult>
<Version><Key>items.csv</Key><VersionId>v1</VersionId></Version>
<DeleteMarker><Key>items.csv</Key><VersionId>v2</VersionId></DeleteMarker>
</ListVersionsResult>`;
const refusal = `<DeleteResult><Error><Key>items.csv</Key><Message>Access Denied</Message></Error></DeleteResult>`;

describe('npm run previews', () => {
  let folder: string;
  let server: Server | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'previews-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    return new Promise((resolve) => server?.close(resolve));
  });

  /** What S3 was asked to delete, in the order of its coming: bucket, key, version. */
  let deleted: string[];

  /** GitHub, CloudFormation and S3 in one, which refuses to empty the bucket `locked`. */
  async function previews(
    states: Readonly<Record<string, string>>,
    args: readonly string[] = [],
    locked?: string,
  ) {
    deleted = [];
    const emptied = new Set<string>();
    const s3 = (bucket: string, isDeletion: boolean, body: string) => {
      if (!isDeletion) return emptied.has(bucket) ? '<ListVersionsResult/>' : versions;
      if (bucket === locked) return refusal;
      emptied.add(bucket);
      for (const [, key, version] of body.matchAll(/<Key>([^<]*)<\/Key><VersionId>([^<]*)</g)) {
        deleted.push(`${bucket} ${key} ${version}`);
      }
      return '<DeleteResult/>';
    };
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
      const [, number] = /^\/repos\/shop\/shop\/pulls\/(\d+)$/.exec(pathname) ?? [];
      const stack = new URLSearchParams(body).get('StackName');
      response.setHeader('content-type', 'text/xml');
      if (number)
        response.writeHead(states[number] ? 200 : 500).end(JSON.stringify({ state: states[number] }));
      else if (pathname !== '/')
        response.end(s3(pathname.slice(1).replace(/\/$/, ''), searchParams.has('delete'), body));
      else response.end(stack ? resourcesOf(stack) : listing);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return promisify(execFile)(process.execPath, [join(import.meta.dirname, 'previews.ts'), ...args], {
      env: {
        ...{ AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
        ...{ GITHUB_API_URL: url, GITHUB_REPOSITORY: 'shop/shop', GITHUB_TOKEN: 'test' },
        PATH: folder,
      },
    });
  }

  /** An `sls` that says what it was asked, and fails for one stage. */
  function givenFramework(failing = 'none'): void {
    const program = join(folder, 'sls');
    writeFileSync(program, `#!/bin/sh\necho "sls $*"\n[ "$3" != ${failing} ]\n`);
    chmodSync(program, 0o755);
  }

  it('lists the stages whose pull requests are closed, and no other stage', async () => {
    expect((await previews({ 7: 'closed', 9: 'open', 12: 'closed' })).stdout).toBe('pr-7\npr-12\n');
    expect(deleted).toEqual([]);
  });

  it('takes no pull request for closed that GitHub says nothing of', async () => {
    await expect(previews({ 7: 'open' })).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'GitHub answers 500 about pull request 9.\n',
    });
  });

  it('removes them where they are, once their buckets have nothing in any version', async () => {
    givenFramework();
    const args = ['--remove', '--region', 'eu-north-1', '--param', 'deploymentRoleArn=role'];
    const { stdout } = await previews({ 7: 'closed', 9: 'open', 12: 'closed' }, args);
    expect(stdout.trim().split('\n')).toEqual([
      'pr-7',
      'sls remove --stage pr-7 --region eu-north-1 --param deploymentRoleArn=role',
      'pr-12',
      'sls remove --stage pr-12 --region eu-north-1 --param deploymentRoleArn=role',
    ]);
    expect(deleted).toEqual([
      'shop-pr-7-uploads items.csv v1',
      'shop-pr-7-uploads items.csv v2',
      'shop-pr-12-uploads items.csv v1',
      'shop-pr-12-uploads items.csv v2',
    ]);
  });

  it('goes on to the next when one cannot be removed, and fails in the end', async () => {
    givenFramework('pr-9');
    const states = { 7: 'closed', 9: 'closed', 12: 'closed' };
    await expect(previews(states, ['--remove'], 'shop-pr-7-uploads')).rejects.toMatchObject({
      code: 1,
      stdout: [
        'pr-7',
        'pr-9',
        'sls remove --stage pr-9 --region eu-west-1',
        'pr-12',
        'sls remove --stage pr-12 --region eu-west-1\n',
      ].join('\n'),
      stderr:
        'pr-7 is still there: shop-pr-7-uploads keeps items.csv: Access Denied\n' +
        'pr-9 is still there: sls remove failed.\n',
    });
  });
});
