import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Endpoints, writeEndpoints } from '../offline/endpoints.ts';
import { type Serving, serve } from '../offline/serve.ts';
import { until } from '../offline/test/processes.ts';
import { openWorld } from './demo/world.ts';

/** Answers to requests by method and path; a status is 200 unless it is given. */
type Answers = Readonly<Record<string, { readonly status?: number; readonly body: unknown }>>;

const WHOLE: Answers = {
  'GET /_local/faults': { body: { seed: 1, rules: [] } },
  'PUT /_local/faults': { body: {} },
  'POST /token': { body: { access_token: 'token' } },
};

let folder: string;
let cloud: Serving;
let answers: Answers;
/** What was asked, with the bodies of changes to the faults. */
let asked: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'));
  answers = WHOLE;
  asked = [];
  cloud = await serve(0, (request, response) => void answer(request, response));
  writeEndpoints(folder, endpoints());
});
afterEach(() => {
  cloud.close();
  rmSync(folder, { recursive: true, force: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = `${request.method} ${request.url}`;
  const body = request.method === 'PUT' ? ` ${await text(request)}` : '';
  asked.push(`${route}${body}`);
  const { status = 200, body: answered } = answers[route] ?? { status: 404, body: {} };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
}

/** One server is all parts of this cloud. */
function endpoints(others: Partial<Endpoints> = {}): Endpoints {
  const { url } = cloud;
  return {
    ...{ http: url, aws: url, reports: url, issuer: url, docs: `${url}/docs` },
    ...{ websocket: null, database: null, console: null, resources: {}, ...others },
  };
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'demo.ts'), ...args], {
    env: { ...process.env, LOCAL_CLOUD_STATE: folder },
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (printed.stdout += chunk));
  child.stderr.on('data', (chunk) => (printed.stderr += chunk));
  const ended = once(child, 'close').then(([code]) => ({ code, ...printed }));
  return { child, printed, ended };
}

describe('npm run demo', () => {
  it('ends with 1, and with a line for each check that did not hold, when the shop does not work', async () => {
    answers = { ...WHOLE, 'POST /items': { status: 201, body: { stock: 1 } } };
    const { code, stdout, stderr } = await start('--json').ended;
    expect(code).toBe(1);
    const steps = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).step);
    expect(steps).toEqual(['running', 'items', 'upload']);
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^Did not hold: .*mug.*: expected {"status":201,"stock":50}, seen {"status":201,"stock":1}$/,
    );
    expect(lines[2]).toBe('Did not hold: upload comes to its end: POST /uploads answers 404');
  });

  it('ends with 130 when it is interrupted', async () => {
    answers = {
      ...WHOLE,
      'POST /items': { status: 201, body: { stock: 50 } },
      'POST /uploads': { status: 201, body: { id: 'u', url: `${cloud.url}/file`, headers: {} } },
      'PUT /file': { body: {} },
      'GET /uploads/u': { body: { state: 'WAITING' } },
    };
    const { child, printed, ended } = start();
    await until(() => printed.stdout.includes('the manifest is WAITING'));
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([130, 'Interrupted.\n']);
  });

  it.each<[string, Partial<Endpoints>, Answers, string]>([
    ['is not the whole shop', { http: null }, {}, 'The local cloud that runs is not the whole shop.'],
    [
      'has faults injected into it',
      {},
      { 'GET /_local/faults': { body: { rules: [{}] } } },
      'Faults are being injected into the local cloud.',
    ],
  ])('refuses a cloud that %s with one line', async (_, others, changed, line) => {
    writeEndpoints(folder, endpoints(others));
    answers = { ...WHOLE, ...changed };
    const { code, stderr } = await start().ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${line}.*\\n$`));
  });

  it('shows its options, and refuses others', async () => {
    const { code, stdout } = await start('--help').ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('--fast')]);
    const refused = await start('--slow').ended;
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain("Unknown option '--slow'");
  });
});

describe('a fault of the demo', () => {
  it('is taken back when the step fails that it is for', async () => {
    const { signal } = new AbortController();
    const world = await openWorld({
      ...{ endpoints: endpoints(), isOwnCloud: false, isFast: false, run: 'r', signal },
    });
    const fault = { service: 'lambda', function: 'f', fault: 'kill', milliseconds: 0, count: 1 };
    const broken = world.disturbed([fault], () => Promise.reject(new Error('broken')));
    await expect(broken).rejects.toThrow('broken');
    world.close();
    expect(asked.filter((each) => each.startsWith('PUT'))).toEqual([
      'PUT /_local/faults {"rules":[{"service":"lambda","function":"f","fault":"kill","milliseconds":0,"count":1}]}',
      'PUT /_local/faults {"rules":[]}',
    ]);
  });
});
