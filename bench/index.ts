import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleSize } from './bundle-size.ts';
import { root } from './bundles.ts';
import { capacity } from './capacity.ts';
import { coldStart } from './cold-start.ts';
import { development } from './development.ts';
import { endToEnd } from './end-to-end.ts';
import { events } from './events.ts';
import { growth } from './growth.ts';
import { hotKey } from './hot-key.ts';
import { imports } from './imports.ts';
import { memory } from './memory.ts';
import { orders } from './orders.ts';
import { recorded, type Session } from './pages.ts';
import { keepFigures, writeReport } from './performance-report.ts';
import { budgetTable, type Figure } from './report.ts';
import { reports } from './reports.ts';
import type { Run } from './run.ts';
import { bundleSubjects, type Subject } from './subjects.ts';
import { warmOverhead } from './warm-overhead.ts';

const HELP = `Measures cold starts, bundle sizes, warm overhead, capacity units, growth, a hot item, events, imports, orders,
requests, memory, reports and the tests, most of it beside a baseline, and writes docs/performance and the figures in README.md.

Usage: npm run bench -- [options]

  --quick        fewer rounds, and tables of 10,000 rows instead of a million; only prints
  --rounds N     rounds of new processes for the cold start (15, with --quick 5)
  --only NAMES   only these figures, separated by commas: cold-start, size, warm, capacity, growth, hot-key, events,
                 imports, orders, end-to-end, memory, reports, development; only prints
  --write        writes them all the same, in place of the figures of the same names
  --report       measures nothing: makes the pages anew from docs/performance/figures.json
  --json FILE    also writes the figures as JSON
  --help         shows this

docs/performance says how long each part took when it was measured last.
`;

interface Part {
  /** As figures.json names it. */
  readonly figure: string;
  readonly measure: (run: Run) => Promise<Figure>;
}

let subjects: Promise<Subject[]> | undefined;
/** Bundled once for the parts that measure them. */
const subjectsOf = (run: Run) => (subjects ??= bundleSubjects(run));

const PARTS: Readonly<Record<string, Part>> = {
  'cold-start': { figure: 'coldStart', measure: async (run) => coldStart(run, await subjectsOf(run)) },
  size: { figure: 'bundleSize', measure: async (run) => bundleSize(await subjectsOf(run)) },
  warm: { figure: 'warmOverhead', measure: warmOverhead },
  capacity: { figure: 'capacity', measure: capacity },
  growth: { figure: 'growth', measure: growth },
  'hot-key': { figure: 'hotKey', measure: hotKey },
  events: { figure: 'events', measure: events },
  imports: { figure: 'imports', measure: imports },
  orders: { figure: 'orders', measure: orders },
  'end-to-end': { figure: 'endToEnd', measure: endToEnd },
  memory: { figure: 'memory', measure: memory },
  reports: { figure: 'reports', measure: reports },
  development: { figure: 'development', measure: development },
};
const NAMES = Object.keys(PARTS);

class UsageError extends Error {}

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string', default: NAMES.join(',') },
      write: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 5 : 15));
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError(`--rounds ${values.rounds}: not a count`);
  const only = values.only.split(',');
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: the figures are ${NAMES.join(', ')}`);
  const isWhole = !values.quick && NAMES.every((name) => only.includes(name));
  return { ...values, rounds, only, write: values.write || isWhole };
}

/** Measures the parts one after the other; each is handed on at once, so that no later one that fails loses it. */
async function measure(
  run: Run,
  only: readonly string[],
  onFigure: (name: string, figure: Figure, seconds: number) => void,
): Promise<void> {
  const wanted = Object.entries(PARTS).filter(([name]) => only.includes(name));
  for (const [index, [name, part]] of wanted.entries()) {
    run.signal.throwIfAborted();
    run.progress(`${name}: part ${index + 1} of ${wanted.length}`);
    const began = performance.now();
    const figure = await part.measure(run);
    const seconds = (performance.now() - began) / 1_000;
    run.progress(`${name}: took ${seconds.toFixed(0)} s`);
    onFigure(part.figure, figure, seconds);
  }
}

const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
};

/** What is measured, and what decides how fast it is. */
const VERSIONS_OF = [
  '@aws-sdk/client-dynamodb',
  '@middy/core',
  'zod',
  'express',
  'hono',
  '@aws-lambda-powertools/event-handler',
  'esbuild',
];

function sessionOf({ quick, rounds }: Pick<Run, 'quick' | 'rounds'>): Omit<Session, 'seconds'> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const declared: Record<string, string> = { ...dependencies, ...devDependencies };
  return {
    date: new Date().toISOString(),
    load: loadavg()[0] ?? 0,
    quick,
    rounds,
    node: machine.node,
    machine: `${machine.platform}, ${machine.cores} cores, ${machine.processor}`,
    versions: Object.fromEntries(VERSIONS_OF.map((name) => [name, declared[name] ?? ''])),
  };
}

function asJson(figures: Readonly<Record<string, Figure>>, run: Pick<Run, 'rounds' | 'quick'>): string {
  const data = Object.fromEntries(
    Object.entries(figures).map(([name, { data, budgets }]) => [name, { data, budgets }]),
  );
  return `${JSON.stringify({ machine, ...run, figures: data }, null, 2)}\n`;
}

async function main(): Promise<void> {
  const { help, quick, rounds, only, write, report, json } = readOptions();
  if (help) {
    console.log(HELP);
    return;
  }
  if (report) {
    writeReport();
    return;
  }

  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      process.exitCode = name === 'SIGINT' ? 130 : 143;
      stop.abort();
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'shop-bench-'));
  // Whatever ends the process: a pipe that nobody reads any more throws outside of every try.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const progress = (line: string) => console.error(`… ${line}`);
  const session = sessionOf({ quick, rounds });
  try {
    console.log(`Node ${machine.node} on ${machine.platform}, ${machine.cores} cores, ${machine.processor}`);
    const figures: Record<string, Figure> = {};
    await measure({ quick, rounds, folder, signal: stop.signal, progress }, only, (name, figure, seconds) => {
      figures[name] = figure;
      console.log(`\n${figure.title}\n\n${figure.text}`);
      if (!write) return;
      keepFigures({ [name]: recorded(figure, { ...session, seconds }) });
      writeReport();
    });
    const budgets = Object.values(figures).flatMap((figure) => figure.budgets);
    console.log(`\nBudgets\n\n${budgetTable(budgets)}`);
    if (json) writeFileSync(json, asJson(figures, { rounds, quick }));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.error('Stopped.');
  }
}

await main().catch((error: unknown) => {
  const usage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(usage ? `${(error as Error).message}\n\n${HELP}` : error);
  process.exitCode = usage ? 2 : 1;
});
