import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { brunoEnvironment, brunoRequests } from './testing/bruno-collection.ts';
import { httpFileRequests } from './testing/http-file.ts';
import type { WrittenRequest } from './testing/written-request.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { paths } = JSON.parse(read('openapi.json')) as { paths: Record<string, object> };
const routes = Object.entries(paths).flatMap(([path, operations]) =>
  Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
);
const brunoFolder = join(root, 'clients/bruno');

describe.each([
  ['requests.http', httpFileRequests(read('requests.http'))],
  ['clients/bruno', brunoRequests(brunoFolder)],
])('%s', (_, requests) => {
  it('asks every route of the API', () => {
    const asked = requests.map(({ method, url }) => `${method} ${url.replace(/^\{\{api\}\}|\?.*/g, '')}`);
    const missing = routes.filter((route) => {
      const pattern = new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`);
      return !asked.some((request) => pattern.test(request));
    });
    expect(routes).toContain('POST /items/{id}/stock');
    expect(missing).toEqual([]);
  });

  it('has no token: what is authorized gets one from an answer or an environment', () => {
    const tokens = requests.flatMap(({ headers: { Authorization } }) => Authorization ?? []);
    expect(new Set(tokens)).toEqual(
      new Set(['Bearer {{editor}}', 'Bearer {{shopper}}', 'Bearer {{approver}}']),
    );
  });
});

describe('the collections', () => {
  it('make the same requests', () => {
    const essence = ({ title, method, url, body }: WrittenRequest) => ({ title, method, url, body });
    const inFile = httpFileRequests(read('requests.http')).map(essence);
    expect(brunoRequests(brunoFolder).map(essence)).toEqual(inFile);
  });

  it('know the same local cloud, as npm start runs it', () => {
    const { local } = JSON.parse(read('http-client.env.json'));
    expect(local).toEqual({ api: 'http://127.0.0.1:3000', issuer: 'http://127.0.0.1:4567' });
    const environment = brunoEnvironment(join(brunoFolder, 'environments/local.bru'));
    expect(Object.fromEntries(environment)).toEqual(local);
  });

  it('have no script in Bruno but one that waits, so that the tests leave nothing out', () => {
    const scripts = globSync('*.bru', { cwd: brunoFolder }).flatMap(
      (file) => /^script:[\s\S]+?^\}/m.exec(readFileSync(join(brunoFolder, file), 'utf8')) ?? [],
    );
    expect(new Set(scripts.map(String))).toEqual(
      new Set(['script:pre-request {\n  await bru.sleep(5000);\n}']),
    );
  });
});
