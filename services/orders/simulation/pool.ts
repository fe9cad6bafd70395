import { type ChildProcess, fork } from 'node:child_process';
import type { SeedResult } from './simulate.ts';
import type { Reply, Task } from './worker.ts';

/** One worker process. */
class Worker {
  readonly #process: ChildProcess;
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;

  constructor() {
    this.#process = fork(new URL('./worker.ts', import.meta.url), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', (reply: Reply) => this.#waiting?.resolve(reply));
    this.#process.once('exit', (code, signal) =>
      this.#waiting?.reject(new Error(`A worker has ended (${signal ?? code}).`)),
    );
  }

  async ready(): Promise<void> {
    await this.#reply();
  }

  async run(task: Task): Promise<SeedResult> {
    this.#process.send(task);
    const reply = await this.#reply();
    if ('result' in reply) return reply.result;
    throw new Error('problem' in reply ? reply.problem : 'A worker has begun anew.');
  }

  /** It stops its database when nobody is there any more. */
  stop(): void {
    this.#waiting = undefined;
    if (this.#process.connected) this.#process.disconnect();
  }

  #reply(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }
}

/** Gives each job to the next worker that is free; a job may run several seeds. */
export async function inWorkers<Job>(
  jobs: Iterable<Job>,
  count: number,
  perform: (job: Job, run: (task: Task) => Promise<SeedResult>) => Promise<void>,
): Promise<void> {
  const queue = jobs[Symbol.iterator]();
  const workers = Array.from({ length: count }, () => new Worker());
  try {
    await Promise.all(
      workers.map(async (worker) => {
        await worker.ready();
        for (let next = queue.next(); !next.done; next = queue.next()) {
          await perform(next.value, (task) => worker.run(task));
        }
      }),
    );
  } finally {
    for (const worker of workers) worker.stop();
  }
}
