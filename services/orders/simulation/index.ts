import { availableParallelism } from 'node:os';
import { inspect, parseArgs } from 'node:util';
import { mutants } from './mutants.ts';
import { mutantNamed } from './mutation.ts';
import { inWorkers } from './pool.ts';
import { reportOf } from './report.ts';
import type { SeedResult } from './simulate.ts';

const HELP = `Runs orders through the whole flow in virtual time, with faults that a seed decides, and checks the invariants.

Usage: npm run simulate -- [options]

  --seeds N      how many seeds (100)
  --from S       the first seed (1)
  --orders N     orders of each seed (20)
  --workers N    processes, each with a database of its own (one for each core)
  --mutant NAME  breaks the code before it runs, to see that it is found
  --mutants      runs each mutant until it is found, and at most for so many seeds
  --quick        with --mutants, leaves out those that few seeds find
  --json         prints the results of the seeds as JSON, one a line
  --help         shows this
`;

/** Sound code ends every order soon after the last fault; a mutant is not waited for that long. */
const PATIENCE_MINUTES = 24 * 60;
const PATIENCE_WITH_MUTANTS_MINUTES = 60;

interface Options {
  readonly seeds: readonly number[];
  readonly orders: number;
  readonly workers: number;
  readonly mutant: string | undefined;
  readonly isJson: boolean;
  readonly isQuick: boolean;
}

/** Something was asked for that does not exist. */
class UsageError extends Error {}

function readOptions(): (Options & { readonly wantsMutants: boolean }) | undefined {
  const { values } = parseArgs({
    // npm hands on the two dashes that it was given.
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      orders: { type: 'string', default: '20' },
      workers: { type: 'string', default: String(availableParallelism()) },
      mutant: { type: 'string' },
      mutants: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const count = (name: 'seeds' | 'from' | 'orders' | 'workers') => {
    const number = Number(values[name]);
    if (Number.isInteger(number) && number >= 1) return number;
    throw new UsageError(`--${name} ${values[name]}: not a whole number from 1 on`);
  };
  const from = count('from');
  if (values.mutant !== undefined) mutantNamed(values.mutant);
  return {
    seeds: Array.from({ length: count('seeds') }, (_, index) => from + index),
    orders: count('orders'),
    workers: Math.min(count('workers'), values.mutants ? mutants.length : count('seeds')),
    mutant: values.mutant,
    isJson: values.json,
    isQuick: values.quick,
    wantsMutants: values.mutants,
  };
}

const print = (text: string) => process.stdout.write(`${text}\n`);

/** Whether no rule was broken. */
async function simulateSeeds({ seeds, orders, workers, mutant, isJson }: Options): Promise<boolean> {
  const results: SeedResult[] = [];
  const began = performance.now();
  const secondsSince = () => (performance.now() - began) / 1_000;
  await inWorkers(seeds, workers, async (seed, run) => {
    const result = await run({ seed, orders, mutant, patienceMinutes: PATIENCE_MINUTES });
    results.push(result);
    if (isJson) print(JSON.stringify(result));
    else progress(results, seeds.length, secondsSince());
  });
  results.sort((one, other) => one.seed - other.seed);
  if (!isJson) print(reportOf(results, { seconds: secondsSince(), orders, mutant }));
  return results.every(({ violations }) => violations.length === 0);
}

function progress(results: readonly SeedResult[], seeds: number, seconds: number): void {
  if (!process.stderr.isTTY) return;
  const found = results.reduce((sum, { violations }) => sum + violations.length, 0);
  const isLast = results.length === seeds;
  const text = `${results.length} of ${seeds} seeds, ${found} violations, ${seconds.toFixed(0)} s`;
  process.stderr.write(`\r${isLast ? '' : text}\x1b[K`);
}

/** Whether every mutant was found. */
async function simulateMutants({ seeds, orders, workers, isQuick }: Options): Promise<boolean> {
  let isFound = true;
  const chosen = mutants.filter(({ isRare }) => !(isRare && isQuick));
  await inWorkers(chosen, workers, async ({ name, why }, run) => {
    for (const seed of seeds) {
      const { violations } = await run({
        ...{ seed, orders, mutant: name },
        patienceMinutes: PATIENCE_WITH_MUTANTS_MINUTES,
      });
      const [first] = violations;
      if (!first) continue;
      print(`found      ${name} by seed ${seed}: ${first.rule} ${first.text}`);
      return;
    }
    isFound = false;
    print(`not found  ${name}: ${why}`);
  });
  return isFound;
}

try {
  const options = readOptions();
  if (!options) print(HELP);
  else if (!(await (options.wantsMutants ? simulateMutants : simulateSeeds)(options))) process.exitCode = 1;
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof RangeError || error instanceof TypeError;
  const text = isUsage ? `${(error as Error).message}\n\n${HELP}` : inspect(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 2;
}
