import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AwsClient } from '../../aws/client.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { LocalCloudError } from '../../errors.ts';
import { KeptProcess } from '../../kept-process.ts';
import { localCredentials } from '../../lambda/environment.ts';
import { LOOPBACK, untilOpen } from '../../ports.ts';
import { databaseVariables } from '../postgres/variables.ts';
import type { Provisioner } from '../service.ts';
import { serviceOf, type Task, taskOf } from './declaration.ts';
import { secretValue } from './secrets.ts';

export interface ContainersOptions {
  /** Where the program of a container is looked for, and then in the folders above. */
  readonly folder: string;
  /** Ports of the services, in the order of their declarations. */
  readonly ports: readonly number[];
  readonly awsUrl: string;
  readonly databaseUrl: string | null;
  /** What has to be there before a program starts, as a stack makes what a service refers to before the service. */
  readonly after?: Promise<void> | undefined;
  readonly region: string;
  readonly client: AwsClient;
  /** Prints a line for people. */
  readonly say: (line: string) => void;
  /** Takes what the containers print; without it that goes to the terminal. */
  readonly print?: ((text: string) => void) | undefined;
}

/** A service of ECS that runs here as one process. */
export interface Container {
  readonly id: string;
  readonly url: string;
  readonly process: KeptProcess;
}

/** Of the time that ctrl-C may take; the rest is for what ends after it. */
const DRAIN_MS = 1_500;

/** The services of ECS, each of them one process however many tasks it asks for. */
export class Containers {
  readonly #tasks = new Map<string, Task>();
  readonly #services: { readonly id: string; readonly task: Task }[] = [];
  #running: Container[] = [];

  /** Takes note of tasks and services; they run from `start` on. */
  provisioner(region: string): Provisioner {
    const arn = (resource: string) => `arn:aws:ecs:${region}:${ACCOUNT_ID}:${resource}`;
    return {
      resourceTypes: ['AWS::ECS::TaskDefinition', 'AWS::ECS::Service'],
      provision: async (resource) => {
        if (resource.type === 'AWS::ECS::TaskDefinition') {
          const task = taskOf(resource);
          const ref = arn(`task-definition/${task.family}:1`);
          this.#tasks.set(ref, task).set(task.family, task);
          return { ref, attributes: { TaskDefinitionArn: ref } };
        }
        const { task: wanted, name } = serviceOf(resource);
        const task = this.#tasks.get(wanted);
        if (!task) {
          throw new LocalCloudError(`Resource ${resource.logicalId}: there is no task definition ${wanted}.`);
        }
        this.#services.push({ id: resource.logicalId, task });
        const ref = arn(`service/local/${name}`);
        return { ref, attributes: { Name: name, ServiceArn: ref } };
      },
    };
  }

  /** @throws LocalCloudError when a program is nowhere */
  start(options: ContainersOptions): void {
    const ports = options.ports.values();
    for (const { id, task } of this.#services) {
      const { entry } = task;
      if (entry === undefined) {
        options.say(`${id} does not run: no Metadata of its task definition says LocalCloud: { entry: … }.`);
        continue;
      }
      const folder = folderOf(entry, options.folder);
      if (folder === undefined) throw new LocalCloudError(`Resource ${id}: there is no program ${entry}.`);
      const port = ports.next().value;
      if (port === undefined) throw new LocalCloudError(`Resource ${id}: there is no port for it.`);
      const container = new KeptProcess({
        name: `The container ${id}`,
        say: options.say,
        environment: async () => {
          await options.after;
          return environmentOf(task, port, options);
        },
        spawn: (environment) => run(entry, folder, environment, options.print),
      });
      this.#running.push({ id, url: `http://${LOOPBACK}:${port}`, process: container });
      container.start();
    }
  }

  get running(): readonly Container[] {
    return this.#running;
  }

  /** Resolves when every one takes connections, or has been stopped. */
  async ready(): Promise<void> {
    await Promise.all(
      this.#running.map((container) =>
        untilOpen(Number(new URL(container.url).port), () => container.process.isWanted),
      ),
    );
  }

  /** Lets them finish what they have begun, and ends them when that takes too long. */
  async drain(): Promise<void> {
    await Promise.all(this.#running.map((container) => container.process.stop(DRAIN_MS)));
  }

  stop(): void {
    for (const container of this.#running.splice(0)) container.process.end();
  }
}

function folderOf(entry: string, folder: string): string | undefined {
  if (existsSync(join(folder, entry))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : folderOf(entry, above);
}

/** As ECS makes it, with what leads to the local cloud; nothing of this process but where programs are. */
async function environmentOf(
  { environment, secrets }: Task,
  port: number,
  { client, awsUrl, databaseUrl, region }: ContainersOptions,
): Promise<Record<string, string>> {
  const values = await Promise.all(
    Object.entries(secrets).map(async ([name, from]) => [name, await secretValue(client, from)] as const),
  );
  return {
    PATH: process.env.PATH ?? '',
    TZ: 'UTC',
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    ...environment,
    ...Object.fromEntries(values),
    ...localCredentials(awsUrl, region),
    ...databaseVariables(environment, databaseUrl),
    HOST: LOOPBACK,
    PORT: String(port),
  };
}

function run(
  entry: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  print: ContainersOptions['print'],
): ChildProcess {
  const output = print ? 'pipe' : 'inherit';
  const child = fork(join(folder, entry), {
    cwd: folder,
    // A process group of its own: ctrl-C in the terminal reaches this process alone, which lets it finish.
    detached: true,
    env,
    execArgv: ['--import', new URL('./bound-to-parent.ts', import.meta.url).href],
    stdio: ['ignore', output, output, 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => print?.(text));
    if (stream && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
  child.unref();
  child.channel?.unref();
  return child;
}
