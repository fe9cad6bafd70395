import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { freePorts } from '../../../offline/ports.ts';
import { until } from '../../../offline/test/processes.ts';
import { type LocalCloud, startLocalCloud } from '../../../offline/testing/local-cloud.ts';
import { readOptionalEnv } from '../../../shared/env.ts';
import { parseYaml } from '../../../tools/cloudformation-yaml.ts';

const FOLDER = join(import.meta.dirname, '..');

/** A local cloud with the queue and the rule of the service as it declares them, and a bus. */
export async function startQueue(): Promise<LocalCloud> {
  const declared = readFileSync(join(FOLDER, 'resources.yml'), 'utf8')
    .replaceAll(/\$\{sls:stage\}/g, 'test')
    .replaceAll(/!ImportValue "?shop-test-bus"?/g, '!Ref ShopBus')
    .replaceAll(/^ {4}Condition: ReportsOn\n/gm, '');
  const { Resources } = parseYaml(declared) as { Resources: Record<string, { Type: string }> };
  const isAlarm = ({ Type }: { Type: string }) => Type === 'AWS::CloudWatch::Alarm';
  return startLocalCloud({
    functions: {},
    resources: {
      Resources: {
        ShopBus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'shop-test' } },
        ...Object.fromEntries(Object.entries(Resources).filter(([, resource]) => !isAlarm(resource))),
      },
    },
  });
}

export interface App {
  readonly url: string;
  readonly pid: number;
  output(): string;
  get(path: string): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Sends the signal, to `pid` unless it is for another process, and waits for the end. */
  stop(signal?: NodeJS.Signals, pid?: number): Promise<{ code: number | null; signal: string | null }>;
}

interface AppOptions {
  readonly databaseUrl: string;
  /** The source, run by this Node, unless it is said otherwise. */
  readonly command?: readonly [program: string, ...args: string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the app in a process of its own, and resolves when it answers. */
export async function startApp(
  cloud: LocalCloud,
  {
    databaseUrl,
    command = [process.execPath, join(FOLDER, 'src/main.ts')],
    cwd = FOLDER,
    env = {},
  }: AppOptions,
): Promise<App> {
  const [port] = await freePorts(1);
  const token = await cloud.token({ scope: 'shop/reports' });
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...readOptionalEnv(['PATH']),
      HOST: '127.0.0.1',
      PORT: String(port),
      ENV: 'test',
      LOG_LEVEL: 'INFO',
      REPORTS_QUEUE_URL: cloud.resources.ReportsQueue,
      ISSUER_URL: claims.iss,
      TOKEN_AUDIENCE: claims.aud,
      DATABASE_URL: databaseUrl,
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...env,
    },
  });
  let printed = '';
  child.stdout.on('data', (chunk) => (printed += chunk));
  child.stderr.on('data', (chunk) => (printed += chunk));
  const closed = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  const app: App = {
    url,
    pid: child.pid ?? 0,
    output: () => printed,
    async get(path) {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async stop(signal = 'SIGTERM', pid = child.pid ?? 0) {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
      const [code, by] = (await closed) as [number | null, string | null];
      return { code, signal: by };
    },
  };
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`The app ended: ${printed}`);
    return (await app.get('/health').catch(() => undefined))?.status === 200;
  });
  return app;
}

/** Whether it is ready, and what it says of its parts. */
export const readinessOf = async (app: App) => (await app.get('/ready')).body;

/** Puts messages into the queue as a rule would. */
export async function send(cloud: LocalCloud, bodies: readonly string[]): Promise<void> {
  const client = new SQSClient();
  for (let start = 0; start < bodies.length; start += 10) {
    const Entries = bodies
      .slice(start, start + 10)
      .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: cloud.resources.ReportsQueue, Entries }));
  }
  client.destroy();
}
