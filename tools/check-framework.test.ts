import { afterAll, describe, expect, it } from '@jest/globals';
import { removeRepositories, repositoryOf } from '../shared/serverless/test/repository.ts';
import { frameworkProblems } from './check-framework.ts';

afterAll(removeRepositories);

const OSLS = { name: 'osls', version: '4.3.1' };
/** A repository with osls and one plugin, and what is given beside them. */
const repository = (
  files: Readonly<Record<string, string>> = {},
  locked: Readonly<Record<string, { readonly name?: string; readonly version: string }>> = {},
) =>
  repositoryOf({
    'package.json': '{ "name": "serverless-shop" }',
    'package-lock.json': JSON.stringify({ packages: { '': {}, 'node_modules/serverless': OSLS, ...locked } }),
    'node_modules/serverless/package.json': JSON.stringify(OSLS),
    'serverless.yml':
      'plugins: [serverless-shop/settings, serverless-tidy, "@team/plugin/inner", ./offline/index.ts]',
    'node_modules/serverless-tidy/package.json': '{ "name": "serverless-tidy" }',
    'node_modules/serverless-tidy/src/index.js': 'const { naming } = provider;\nrequests.request(naming);\n',
    'node_modules/@team/plugin/package.json': '{ "name": "@team/plugin" }',
    ...files,
  });

describe('the framework', () => {
  it('is osls, once, with plugins that use what it has', () => {
    expect(frameworkProblems(repository())).toEqual([]);
  });

  it.each([
    [
      'serverless is another package in the lock file',
      {},
      { 'node_modules/serverless': { version: '4.20.0' } },
      ['serverless is not osls but serverless (package-lock.json: node_modules/serverless)'],
    ],
    [
      'a package brings another in the lock file',
      {},
      { 'node_modules/serverless-tidy/node_modules/serverless': { version: '3.40.0' } },
      [
        'serverless is not osls but serverless (package-lock.json: node_modules/serverless-tidy/node_modules/serverless)',
      ],
    ],
    [
      'there is a second osls in the lock file',
      {},
      { 'node_modules/osls': { version: '4.3.1' } },
      ['osls is a second copy of the framework (package-lock.json: node_modules/osls)'],
    ],
    [
      'a framework package is in the lock file',
      {},
      { 'node_modules/@serverless/utils': { version: '6.0.0' } },
      [
        '@serverless/utils is a package of the proprietary framework (package-lock.json: node_modules/@serverless/utils)',
      ],
    ],
    [
      'another is installed',
      { 'node_modules/serverless/package.json': '{ "name": "serverless" }' },
      {},
      ['serverless is not osls but serverless (node_modules/serverless)'],
    ],
    [
      'another is installed deep down',
      { 'node_modules/a/node_modules/@b/c/node_modules/serverless/package.json': '{ "name": "serverless" }' },
      {},
      ['serverless is not osls but serverless (node_modules/a/node_modules/@b/c/node_modules/serverless)'],
    ],
    [
      'a framework package is installed deep down',
      { 'node_modules/a/node_modules/@serverless/dashboard-plugin/package.json': '{}' },
      {},
      [
        '@serverless/dashboard-plugin is a package of the proprietary framework ' +
          '(node_modules/a/node_modules/@serverless/dashboard-plugin)',
      ],
    ],
    [
      'a listed plugin is not installed',
      { 'services/carts/serverless.yml': 'plugins: [serverless-absent]' },
      {},
      ['serverless-absent is listed in services/carts/serverless.yml and not installed'],
    ],
  ])('is refused when %s', (_, files, locked, problems) => {
    expect(frameworkProblems(repository(files, locked))).toEqual(problems);
  });
});

describe('a plugin', () => {
  const using = (line: string, file = 'src/deploy/stack.js') =>
    frameworkProblems(repository({ [`node_modules/serverless-tidy/${file}`]: `'use strict';\n${line}\n` }));

  it.each([
    ["await this.provider.request('CloudFormation', 'describeStacks', {});", 'provider.request()'],
    ["return serverless.getProvider('aws').request('S3', 'listBuckets');", 'provider.request()'],
    ['const stack = await awsProvider.request(service);', 'provider.request()'],
    ["await this.provider\n  .request('S3', 'listBuckets');", 'provider.request()'],
    ["const AWS = serverless.getProvider('aws').sdk;", 'provider.sdk'],
    ['const { S3 } = this.serverless.providers.aws.sdk;', 'provider.sdk'],
    ['const keys = this.provider.getCredentials();', 'provider.getCredentials()'],
    ["const AWS = require('aws-sdk');", 'the AWS SDK v2, which osls no longer brings'],
    ['import S3 from "aws-sdk/clients/s3";', 'the AWS SDK v2, which osls no longer brings'],
    ["const AWS = await import('aws-sdk');", 'the AWS SDK v2, which osls no longer brings'],
  ])('is refused for %s', (line, call) => {
    expect(using(line)).toEqual([`serverless-tidy/src/deploy/stack.js:2 uses ${call}`]);
  });

  it.each([
    ["const { S3Client } = require('@aws-sdk/client-s3');", 'src/index.js'],
    ['provider.requestTimeout(5); provider.getAwsSdkV3Config();', 'src/index.js'],
    ['// provider.request() is gone', 'src/index.js'],
    [' * await provider.request(x)', 'src/index.js'],
    ["provider.request('S3')", 'README.md'],
    ["provider.request('S3')", 'test/stack.js'],
    ["provider.request('S3')", 'lib/stack.test.js'],
    ["provider.request('S3')", 'node_modules/other/index.js'],
  ])('may say %s in %s', (line, file) => {
    expect(using(line, file)).toEqual([]);
  });

  it('listed by a service alone is read as well, whatever its kind of module', () => {
    expect(
      frameworkProblems(
        repository({
          'services/carts/serverless.yml': 'plugins: [serverless-extra]',
          'node_modules/serverless-extra/index.mjs': 'provider.request()',
          'node_modules/@team/plugin/lib/inner.cjs': 'provider.sdk',
          'node_modules/@team/other/index.js': 'provider.sdk',
        }),
      ),
    ).toEqual([
      '@team/plugin/lib/inner.cjs:1 uses provider.sdk',
      'serverless-extra/index.mjs:1 uses provider.request()',
    ]);
  });
});

describe('an allowance', () => {
  const reason = 'falls back to it on an older framework only';
  const files = {
    'node_modules/serverless-tidy/a.js': 'provider.request()',
    'node_modules/serverless-tidy/b.js': 'provider.request()',
  };

  it('is for one file of a plugin', () => {
    expect(frameworkProblems(repository(files), [{ name: 'serverless-tidy', file: 'a.js', reason }])).toEqual(
      ['serverless-tidy/b.js:1 uses provider.request()'],
    );
  });

  it('is for one package', () => {
    const root = repository({}, { 'node_modules/@serverless/utils': { version: '6' } });
    expect(frameworkProblems(root, [{ name: '@serverless/utils', reason }])).toEqual([]);
    expect(frameworkProblems(root, [{ name: '@serverless/util', reason }])).toHaveLength(1);
  });
});
