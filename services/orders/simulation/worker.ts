import { readFileSync } from 'node:fs';
import { startDatabase } from './database.ts';
import { letModulesMutate, mutantNamed, mutated } from './mutation.ts';
import type { SeedResult } from './simulate.ts';

/** One seed for a worker, with or without a mutant. */
export interface Task {
  readonly seed: number;
  readonly orders: number;
  readonly mutant: string | undefined;
  readonly patienceMinutes: number;
}

/** A worker is a process that runs one task at a time, with a database of its own. */
export type Reply =
  | { readonly isReady: true }
  | { readonly result: SeedResult }
  | { readonly problem: string };

/** The database is made anew after so many seeds, before the records of its streams fill it. */
const SEEDS_PER_DATABASE = 25;
const WORKFLOW = 'workflows/order.asl.yml';

letModulesMutate();
const asl = readFileSync(new URL(`../${WORKFLOW}`, import.meta.url), 'utf8');
let database = await startDatabase(stop);
let seeds = 0;

async function run({ mutant: name, ...task }: Task): Promise<SeedResult> {
  seeds += 1;
  if (seeds % SEEDS_PER_DATABASE === 0) {
    database.stop();
    database = await startDatabase(stop);
  }
  const mutant = name === undefined ? undefined : mutantNamed(name);
  const { simulate } = await (mutant && mutant.file !== WORKFLOW
    ? (import(`./simulate.ts?mutant=${mutant.name}`) as Promise<typeof import('./simulate.ts')>)
    : import('./simulate.ts'));
  const { definitionIn } = await import('./workflow-engine.ts');
  const definition = definitionIn(mutated(WORKFLOW, asl, mutant));
  return await simulate(database, { ...task, definition });
}

function stop(problem: string): void {
  reply({ problem });
}

function reply(message: Reply): void {
  process.send?.(message);
}

process.on('message', (task: Task) => {
  run(task).then(
    (result) => reply({ result }),
    (error: unknown) => stop(`seed ${task.seed}: ${error instanceof Error ? error.stack : error}`),
  );
});
process.once('disconnect', () => {
  database.stop();
  process.exit();
});
reply({ isReady: true });
