import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { freePorts } from '../ports.ts';
import { type OfflineProcess, sls, startOffline } from '../testing/offline.ts';
import { fixtureApplication } from './fixture.ts';
import { commandOf, descendants, isRunning, until, untilSilent } from './processes.ts';

jest.setTimeout(60_000);

const application = fixtureApplication();
const { folder } = application;
let offline: OfflineProcess;
let http: string;

beforeAll(async () => {
  offline = await startOffline({
    folder,
    env: { AWS_PROFILE: 'company', AWS_SESSION_TOKEN: 'secret', AWS_ACCESS_KEY_ID: 'AKIAREAL' },
  });
  http = offline.endpoints.http ?? '';
});
afterAll(async () => {
  await offline.stop();
  application.remove();
});

interface Echo {
  event: Record<string, unknown> & {
    requestContext: Record<string, unknown>;
    headers: Record<string, string>;
  };
  env: Record<string, string>;
}

const echo = async (path: string, init?: RequestInit) =>
  (await (await fetch(`${http}${path}`, init)).json()) as Echo;

const answer = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${http}${path}`, init);
  return [response.status, await response.text()];
};

async function webSocketTo({ endpoints }: OfflineProcess): Promise<WebSocket> {
  const socket = new WebSocket(endpoints.websocket ?? '');
  await once(socket, 'open');
  return socket;
}

function token(...args: string[]): string {
  const env = { LOCAL_CLOUD_STATE: offline.stateFolder };
  return spawnSync(process.execPath, [join(folder, 'offline/token.ts'), ...args], {
    env,
    encoding: 'utf8',
  }).stdout.trim();
}

describe('a start', () => {
  it('prints one table of addresses and names what is not emulated', async () => {
    await until(() => offline.output().includes('HTTP API'));
    expect(offline.output()).toMatch(/HTTP API +http:\/\/127\.0\.0\.1:\d+\n/);
    expect(offline.output()).toContain('Not emulated: AWS::Kinesis::Stream\n');
    expect(offline.output()).not.toContain('docs');
  });

  it('writes where everything is', () => {
    expect(offline.endpoints).toEqual({
      http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      aws: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      websocket: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+$/),
      reports: null,
      database: null,
      issuer: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      docs: null,
      resources: { Rows: 'rows-dev', UserPool: 'eu-west-1_local', Client: 'fixture-client' },
    });
  });

  it('tells functions where the WebSocket API is, which answers there', async () => {
    const socket = await webSocketTo(offline);
    const answered = once(socket, 'message');
    socket.send('{"action":"talk"}');
    const { event, env } = JSON.parse(String((await answered)[0])) as Echo;
    socket.terminate();
    expect(event.requestContext.routeKey).toBe('talk');
    expect(env.CONNECTIONS).toBe(offline.endpoints.websocket);
  });

  it('is refused on one line that names the port and the option when a port is taken', async () => {
    const [port = 0] = await freePorts(1);
    const server = createServer().listen(port, '127.0.0.1');
    const { exitCode, output } = await sls({ folder, args: ['offline', '--awsPort', String(port)] });
    server.close();
    expect(exitCode).toBe(1);
    expect(output).toBe(
      `Error: Port ${port} (the AWS endpoint) is taken. Stop the program that uses it, or choose another port with --awsPort.\n`,
    );
  });

  it('is refused on one line when a variable cannot be resolved', async () => {
    const broken = fixtureApplication();
    const ports = (await freePorts(4)).map(String);
    const file = join(broken.folder, 'serverless.yml');
    spawnSync('sed', ['-i', 's/STAGE: .*/FEED: !Ref Feed/', file]);
    const args = [
      'offline',
      '--httpPort',
      ports[0] ?? '',
      '--awsPort',
      ports[1] ?? '',
      '--issuerPort',
      ports[2] ?? '',
      '--websocketPort',
      ports[3] ?? '',
    ];
    const { exitCode, output } = await sls({ folder: broken.folder, args });
    broken.remove();
    expect(exitCode).toBe(1);
    // On a busy machine esbuild, ended in the midst of a build, has last words of its own.
    expect(output.split('fatal error: all goroutines are asleep')[0]).toBe(
      'Error: provider: environment variable FEED cannot be resolved: ' +
        '"Feed" is of type AWS::Kinesis::Stream, which the local cloud does not emulate.\n',
    );
  });
});

describe('a changed declaration', () => {
  it('has its new resources at once, and keeps what is there', async () => {
    const file = join(folder, 'serverless.yml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      `${before}\n    Mail:\n      Type: AWS::SQS::Queue\n      Properties: { QueueName: mail }\n`,
    );
    const { resources } = offline.endpoints;
    const written = () => JSON.parse(readFileSync(join(offline.stateFolder, 'endpoints.json'), 'utf8'));
    await until(() => written().resources.Mail !== undefined);
    expect(written()).toEqual({
      ...offline.endpoints,
      resources: { ...resources, Mail: `${offline.endpoints.aws}/000000000000/mail` },
    });
    writeFileSync(file, before.replace('AWS::Kinesis::Stream', '{ no: type'));
    await until(() =>
      /The changed declaration is not in force: Cannot parse "serverless.yml"/.test(offline.output()),
    );
    writeFileSync(file, before);
  });
});

describe('a function', () => {
  it('gets its environment as plain text, and nothing of the developer', async () => {
    const { env } = await echo('/echo');
    expect(env).toMatchObject({
      STAGE: 'dev',
      TABLE: 'rows-dev',
      TABLE_ARN: 'arn:aws:dynamodb:eu-west-1:000000000000:table/rows-dev',
      QUEUE: 'https://sqs.eu-west-1.amazonaws.com/000000000000/rows-dev',
      AWS_ENDPOINT_URL: offline.endpoints.aws,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_LAMBDA_FUNCTION_NAME: 'fixture-dev-echo',
    });
    expect(env).not.toHaveProperty('AWS_PROFILE');
    expect(env).not.toHaveProperty('AWS_SESSION_TOKEN');
    expect(env).not.toHaveProperty('HOME');
  });

  it('gets the event of payload format 2.0', async () => {
    const { event } = await echo('/echo/a%2Fb%20c?x=1&x=2&y=%26', {
      headers: { 'X-Twice': 'one', cookie: 'a=1; b=2' },
    });
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /echo/{id}',
      rawQueryString: 'x=1&x=2&y=%26',
      queryStringParameters: { x: '1,2', y: '&' },
      pathParameters: { id: 'a/b c' },
      cookies: ['a=1', 'b=2'],
      headers: { 'x-twice': 'one' },
      isBase64Encoded: false,
    });
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event.requestContext).not.toHaveProperty('authorizer');
    expect(event).not.toHaveProperty('body');
  });

  it('gets a body that is not UTF-8 in base64', async () => {
    const { event } = await echo('/echo', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from([0x22, 0xff, 0x22]),
    });
    expect(event).toMatchObject({ body: 'Iv8i', isBase64Encoded: true });
  });

  it.each([
    ['throws', 500, '{"message":"Internal Server Error"}'],
    ['crashes', 500, '{"message":"Internal Server Error"}'],
    ['exits', 500, '{"message":"Internal Server Error"}'],
    ['garbles', 500, '{"message":"Internal Server Error"}'],
    ['hangs', 503, '{"message":"Service Unavailable"}'],
  ])('that %s is answered with %i and harms nothing else', async (name, status, body) => {
    expect(await answer(`/${name}`)).toEqual([status, body]);
    expect(await answer(`/${name}`)).toEqual([status, body]);
    expect(await answer('/greeting')).toEqual([200, expect.stringContaining('hello')]);
  });

  it('is logged on one line for each invocation, and its error by name', async () => {
    await answer('/throws');
    expect(offline.output()).toMatch(
      /^function=throws trigger="GET \/throws" status=500 duration=\d+ms requestId=[\w-]+$/m,
    );
    expect(offline.output()).toContain('OutOfStock: none left');
  });

  it('runs its new code on the request after a rebuild', async () => {
    expect(await answer('/greeting')).toEqual([200, 'hello']);
    writeFileSync(join(folder, 'src/greeting.ts'), "export const handler = async () => 'hello again';\n");
    await until(async () => (await answer('/greeting'))[1] === 'hello again');
  });
});

describe('the API', () => {
  it.each(['/nope', '/echo/', '/secure/more', '/files/'])('answers 404 for %s', async (path) => {
    expect(await answer(path)).toEqual([404, '{"message":"Not Found"}']);
  });

  it('answers 404 for HEAD, which is no GET', async () => {
    expect((await fetch(`${http}/greeting`, { method: 'HEAD' })).status).toBe(404);
  });

  it('answers 413 above 10 MB and for an event above 6 MB', async () => {
    const post = (size: number) =>
      answer('/echo', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(size) });
    const tooLarge = [413, '{"message":"Request Entity Too Large"}'];
    expect(await post(10 * 1024 * 1024 + 1)).toEqual(tooLarge);
    expect(await post(7 * 1024 * 1024)).toEqual(tooLarge);
  });

  it('answers a preflight and replaces the CORS headers of a function', async () => {
    const origin = 'http://shop.example';
    const preflight = await fetch(`${http}/greeting`, { method: 'OPTIONS', headers: { origin } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,POST');
    const allowed = await fetch(`${http}/echo`, { headers: { origin } });
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
    const refused = await fetch(`${http}/echo`, { headers: { origin: 'http://elsewhere.example' } });
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a route with an authorizer', () => {
  const UNAUTHORIZED = [401, '{"message":"Unauthorized"}'];
  const withToken = (value: string, more = {}) => ({
    headers: { authorization: `Bearer ${value}`, ...more },
  });

  it('refuses a request without a token', async () => {
    const response = await fetch(`${http}/secure`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('takes a token of the token command and hands over its claims as text', async () => {
    const { event } = await echo(
      '/secure',
      withToken(token('--scope', 'rows/read rows/write', '--sub', 'alice')),
    );
    expect(event.requestContext).toMatchObject({
      authorizer: {
        jwt: {
          claims: {
            sub: 'alice',
            client_id: 'fixture-client',
            scope: 'rows/read rows/write',
            exp: expect.stringMatching(/^\d+$/),
          },
          scopes: ['rows/read', 'rows/write'],
        },
      },
    });
  });

  it('takes any scope where none is asked for', async () => {
    const { event } = await echo('/signed-in', withToken(token()));
    expect(event.requestContext).toMatchObject({ authorizer: { jwt: { scopes: null } } });
  });

  it.each([
    ['expired', ['--scope', 'rows/write', '--expires', '-1']],
    ['for another audience', ['--scope', 'rows/write', '--audience', 'other']],
  ])('refuses a token that is %s', async (_, args) => {
    expect(await answer('/secure', withToken(token(...args)))).toEqual(UNAUTHORIZED);
  });

  it('answers 403 when the scope is missing', async () => {
    expect(await answer('/secure', withToken(token('--scope', 'rows/read')))).toEqual([
      403,
      '{"message":"Forbidden"}',
    ]);
  });

  it('lets nobody in, and nobody be someone else, by the override header of serverless-offline', async () => {
    const forged = { 'sls-offline-authorizer-override': '{"jwt":{"claims":{"sub":"mallory"}}}' };
    expect(await answer('/secure', { headers: forged })).toEqual(UNAUTHORIZED);
    const { event } = await echo('/signed-in', withToken(token('--sub', 'alice'), forged));
    expect(event.requestContext).toMatchObject({ authorizer: { jwt: { claims: { sub: 'alice' } } } });
    expect((await echo('/echo', { headers: forged })).event.requestContext).not.toHaveProperty('authorizer');
  });
});

describe('sls invoke local', () => {
  const invoke = (state: string) =>
    sls({
      folder,
      args: ['invoke', 'local', '-f', 'echo', '--data', '{"from":"terminal"}'],
      env: { LOCAL_CLOUD_STATE: state },
    });

  it('runs the function against the running local cloud', async () => {
    const { exitCode, output } = await invoke(offline.stateFolder);
    const { event, env } = JSON.parse(JSON.parse(output.slice(output.indexOf('{'))).body ?? '{}') as Echo;
    expect(exitCode).toBe(0);
    expect(event).toEqual({ from: 'terminal' });
    expect(env).toMatchObject({
      TABLE: 'rows-dev',
      AWS_ENDPOINT_URL: offline.endpoints.aws,
      AWS_ACCESS_KEY_ID: 'local',
    });
  });

  it('is refused on one line when no local cloud runs', async () => {
    const { exitCode, output } = await invoke(join(folder, 'nothing'));
    expect(exitCode).toBe(1);
    expect(output).toBe('Error: The local cloud is not running. Start it with npm start.\n');
  });
});

describe('an end', () => {
  it('of the emulator ends everything, with one line that says so', async () => {
    const other = await startOffline({ folder });
    const emulator = descendants(other.pid).find((pid) => commandOf(pid) === 'dynoxide');
    if (emulator === undefined) throw new Error('The emulator does not run.');
    process.kill(emulator, 'SIGKILL');
    await until(() => !isRunning(other.pid));
    expect(await other.stop()).toBe(1);
    expect(other.output()).toMatch(/^Error: The DynamoDB emulator has ended\.\n$/m);
  });

  it('by ctrl-C leaves no port, no process and no file', async () => {
    const { pid, stateFolder, endpoints } = offline;
    const children = descendants(pid);
    expect(children.map(commandOf)).toContain('dynoxide');
    const closed = once(await webSocketTo(offline), 'close');
    const before = Date.now();
    process.kill(pid, 'SIGINT');
    expect((await closed)[0]).toBe(1_001);
    await untilSilent([endpoints.http, endpoints.aws, endpoints.issuer]);
    await until(() => ![pid, ...children].some(isRunning));
    expect(Date.now() - before).toBeLessThan(2_000);
    expect(existsSync(join(stateFolder, 'endpoints.json'))).toBe(false);
  });
});
