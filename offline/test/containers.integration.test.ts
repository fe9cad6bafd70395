import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../testing/local-cloud.ts';
import { fixtureApplication } from './fixture.ts';
import { isRunning, until } from './processes.ts';

jest.setTimeout(60_000);

const application = fixtureApplication('fixture-containers');
let cloud: LocalCloud;
let web: string;
const lambda = () => new LambdaClient();

beforeAll(async () => {
  cloud = await startLocalCloud({ serviceDir: application.folder, run: true, containers: true });
  web = cloud.containers.Web ?? '';
});
afterAll(async () => {
  await cloud.stop();
  application.remove();
});

const get = async (path: string, base = web) => (await fetch(base + path)).json() as Promise<unknown>;
const container = () => get('/') as Promise<{ pid: number; env: Record<string, string> }>;
const counted = () => get('/count') as Promise<number>;
const answers = (ask: () => Promise<unknown>) =>
  ask().then(
    () => true,
    () => false,
  );
async function control(method: string, path: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const body = method === 'GET' ? undefined : '{}';
  const init = { method, headers, ...(body && { body }) };
  return (await fetch(`${cloud.endpoint}/_local${path}`, init)).json();
}

async function invoke(functionKey: string) {
  const client = lambda();
  const { Payload } = await client.send(
    new InvokeCommand({ FunctionName: `containers-test-${functionKey}` }),
  );
  client.destroy();
  return JSON.parse(Buffer.from(Payload ?? []).toString());
}

describe('a service of ECS', () => {
  it('runs with the environment and the secrets of its task, and nothing of the developer', async () => {
    const { env } = await container();
    const { port } = new URL(web);
    const database = new URL(cloud.databaseUrl ?? '');
    expect(env).toEqual({
      PATH: process.env.PATH,
      TZ: 'UTC',
      HOST: '127.0.0.1',
      PORT: port,
      QUEUE_URL: cloud.resources.Work,
      ATTEMPTS: '3',
      API_KEY: 'the whole text',
      LEVEL: 'high',
      DATABASE_HOST: '127.0.0.1',
      DATABASE_PORT: database.port,
      DATABASE_URL: `postgres://shop:local@127.0.0.1:${database.port}/shop`,
      DB_PASSWORD: 'local',
      AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
  });

  it('starts again when its process is killed, on the same port', async () => {
    const { pid } = await container();
    expect(await control('GET', '/containers')).toEqual([{ id: 'Web', url: web, state: 'started', pid }]);
    await control('POST', '/containers/Web/kill');
    await until(async () => (await answers(container)) && (await container()).pid !== pid);
    expect(isRunning(pid)).toBe(false);
    expect(cloud.output()).toContain(
      'The container Web has ended (SIGKILL); it starts again in 0.1 s.\nThe container listens.\n',
    );
  });

  it('finishes a request in hand when it is stopped, and stays so until it is started', async () => {
    const slow = get('/slow');
    await until(async () => (await answers(() => fetch(web))) === true);
    expect(await control('POST', '/containers/Web/stop')).toEqual({ state: 'stopped', pid: null });
    expect(await slow).toHaveProperty('pid');
    expect(cloud.output()).toContain('The container has finished.\n');
    expect(await answers(container)).toBe(false);
    await control('POST', '/containers/Web/start');
    await until(() => answers(container));
  });

  it('is told apart from one that there is not', async () => {
    expect(await control('POST', '/containers/Other/kill')).toEqual({
      error: 'There is no container "Other".',
    });
  });
});

describe('the database', () => {
  it('is the same for a container and for a function, which has its URL, and that of its layer', async () => {
    const visits = await counted();
    expect(await invoke('count')).toEqual({
      visits,
      layer: 'arn:aws:lambda:eu-west-1:000000000000:layer:postgres:1',
    });
    expect(await invoke('alone')).not.toHaveProperty('DATABASE_URL');
  });

  it('has a secret with its user and password', async () => {
    const secrets = new SecretsManagerClient();
    const { SecretString = '' } = await secrets.send(
      new GetSecretValueCommand({ SecretId: 'rds-containers' }),
    );
    secrets.destroy();
    expect(JSON.parse(SecretString)).toEqual({ username: 'shop', password: 'local' });
  });

  it('is out of reach while it is stopped, and back at its old address with all it had at the next start', async () => {
    const before = await counted();
    await control('POST', '/database/stop');
    expect(await control('GET', '/database')).toEqual({
      url: cloud.databaseUrl,
      state: 'stopped',
      pid: null,
    });
    expect((await fetch(`${web}/count`)).status).toBe(503);
    await control('POST', '/database/start');
    await until(async () => (await fetch(`${web}/count`)).status === 200);
    expect(await counted()).toBeGreaterThan(before);
  });

  it('starts again with all it had when its process is killed', async () => {
    const before = await counted();
    const { pid } = (await control('GET', '/database')) as { pid: number };
    await control('POST', '/database/kill');
    await until(async () => (await fetch(`${web}/count`)).status === 200);
    expect(await counted()).toBeGreaterThan(before);
    expect(isRunning(pid)).toBe(false);
    expect(cloud.output()).toContain('The database has ended (SIGKILL); it starts again in 0.1 s.\n');
  });
});

describe('a cloud that was not asked for containers', () => {
  it('starts none and no database, and has the resources all the same', async () => {
    const bare = await startLocalCloud({ serviceDir: application.folder });
    expect(bare.containers).toEqual({});
    expect(bare.databaseUrl).toBeNull();
    expect(bare.resources).toMatchObject({ Database: 'containers', Vpc: 'Vpc' });
    expect(bare.env('count')).toMatchObject({ DATABASE_HOST: 'database.invalid' });
    expect(bare.env('count')).not.toHaveProperty('DATABASE_URL');
    await bare.stop();
  });
});
