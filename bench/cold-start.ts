import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { lamp } from '../services/items/test/lamp.ts';
import { root } from './bundles.ts';
import { runChild } from './child.ts';
import { type Bar, type Budget, type Figure, fixed, spread, table, times } from './report.ts';
import type { Run } from './run.ts';
import { type Summary, summarize } from './statistics.ts';
import { type Subject, tableOf } from './subjects.ts';
import { createDeclaredTables, openTables } from './tables.ts';

interface Start {
  readonly importMs: number;
  readonly cpuMs: number;
  readonly answerMs?: number;
}

const EXPRESS = 'Express, as getItem';

/** Imports every bundle in new processes, one after the other, round after round, and sends it a first request. */
export async function coldStart(
  { rounds, folder, signal, progress }: Run,
  subjects: readonly Subject[],
): Promise<Figure> {
  const starts = new Map<Subject, Start[]>(subjects.map((subject) => [subject, []]));
  const tables = await openTables(join(folder, 'cold-start.sqlite'), { signal, onEnd: progress });
  try {
    // The first round only brings the files into the system's cache.
    for (let round = 0; round <= rounds; round++) {
      progress(`cold start: round ${round} of ${rounds}`);
      // New tables, so that a request finds in each round what it found in the first.
      const suffix = `-${round}`;
      await createDeclaredTables(tables, { suffix });
      for (const [subject, measured] of starts) {
        if (subject.request) {
          const Item = { ...lamp, id: itemIn(subject.request), creationKey: 'bench' };
          await tables.documents.send(new PutCommand({ TableName: `ItemsTable${suffix}`, Item }));
        }
        const env = { ...environmentOf(subject, suffix), AWS_ENDPOINT_URL: tables.endpoint };
        const args = [pathToFileURL(subject.bundle.file).href, ...(subject.request ? [subject.request] : [])];
        const start = await runChild<Start>('import-child.mjs', args, { env, stdout: 'pipe', signal });
        if (round > 0) measured.push(start);
      }
    }
  } finally {
    tables.stop();
  }
  return figure(rounds, starts);
}

/** Where a function finds what its layers hold; the bundling makes them. */
const layerFolders = () =>
  globSync('layers/*/.build/nodejs/node_modules', { cwd: root })
    .map((folder) => join(root, folder))
    .join(':');

/** Variables that are read at import and may not be just anything. */
const SETTINGS: Readonly<Record<string, string>> = {
  PAYMENT_PROVIDER: 'sandbox',
  APPROVAL_AMOUNT: '0',
  LOW_STOCK_THRESHOLD: '5',
};

function environmentOf({ environment, bundle }: Subject, suffix: string): Record<string, string> {
  const names = Object.entries(environment).map(([name, value]) => {
    const logicalId = tableOf(value);
    return [name, logicalId === undefined ? (SETTINGS[name] ?? 'bench') : logicalId + suffix];
  });
  return {
    ...Object.fromEntries(names),
    LAMBDA_TASK_ROOT: join(bundle.file, '..'),
    NODE_PATH: layerFolders(),
  };
}

function itemIn(request: string): string {
  const { pathParameters } = JSON.parse(request) as { readonly pathParameters?: { readonly id?: string } };
  return pathParameters?.id ?? 'bench';
}

interface Row {
  readonly name: string;
  readonly kind: Subject['kind'];
  readonly service?: string;
  readonly importMs: Summary;
  readonly ratio: number;
  readonly ofExpress: number;
  readonly cpuMs: Summary;
  readonly cpuRatio: number;
  readonly cpuOfExpress: number;
  readonly answerMs?: Summary;
  /** The import and the first answer. */
  readonly bothMs?: Summary;
  readonly bothOfExpress?: number;
}

const both = ({ importMs, answerMs = Number.NaN }: Start) => importMs + answerMs;

function figure(rounds: number, starts: ReadonlyMap<Subject, readonly Start[]>): Figure {
  const startsOf = (is: (subject: Subject) => boolean) =>
    [...starts].find(([subject]) => is(subject))?.[1] ?? [];
  const client = startsOf(({ kind }) => kind === 'baseline');
  const express = startsOf(({ name }) => name === EXPRESS);
  // Within a round, so that a machine that is busy for a while slows down both sides.
  const ratio = (
    measured: readonly Start[],
    baseline: readonly Start[],
    value: (start: Start) => number,
  ): number =>
    summarize(
      measured.flatMap((start, round) => {
        const beside = baseline[round];
        return beside ? value(start) / value(beside) : [];
      }),
    ).median;
  const rows: Row[] = [...starts].map(([{ name, kind, service, request }, measured]) => ({
    name,
    kind,
    ...(service && { service }),
    importMs: summarize(measured.map(({ importMs }) => importMs)),
    ratio: ratio(measured, client, ({ importMs }) => importMs),
    ofExpress: ratio(measured, express, ({ importMs }) => importMs),
    cpuMs: summarize(measured.map(({ cpuMs }) => cpuMs)),
    cpuRatio: ratio(measured, client, ({ cpuMs }) => cpuMs),
    cpuOfExpress: ratio(measured, express, ({ cpuMs }) => cpuMs),
    ...(request && {
      answerMs: summarize(measured.flatMap(({ answerMs }) => answerMs ?? [])),
      bothMs: summarize(measured.map(both)),
      bothOfExpress: ratio(measured, express, both),
    }),
  }));

  return {
    title: 'Cold start',
    text: [
      table(
        [
          'bundle',
          'import ms',
          'p10–p90',
          '×client',
          '×Express',
          'CPU ms',
          '×client',
          'first ms',
          'both ms',
          '×Express',
        ],
        rows.map((row) => [
          row.name,
          fixed(row.importMs.median, 1),
          spread(row.importMs, 1),
          times(row.ratio),
          times(row.ofExpress),
          fixed(row.cpuMs.median, 1),
          times(row.cpuRatio),
          row.answerMs ? fixed(row.answerMs.median, 1) : '',
          row.bothMs ? fixed(row.bothMs.median, 1) : '',
          row.bothOfExpress === undefined ? '' : times(row.bothOfExpress),
        ]),
      ),
      `Medians of ${rounds} interleaved rounds of new processes. Import: the time around await import(bundle); CPU: what the`,
      'process used of both cores meanwhile, which other work on the machine hardly changes; first: the first request, where',
      'it needs nothing but DynamoDB, against the emulator on this machine; both: import and first request.',
      'Ratios are medians of those within a round: to the default document client, whose bundle has the same options as ours',
      'but cuts nothing out of packages, and to Express doing the work of getItem. "Bundled as ours" cuts out the same.',
    ].join('\n'),
    charts: [
      {
        name: 'cold-start',
        title: 'Cold start: import and first request, as getItem',
        unit: 'ms',
        bars: rows
          .filter(({ name, kind, bothMs }) => bothMs && (kind !== 'function' || name === 'getItem'))
          .map(({ name, kind, bothMs }) => bar(name, kind, bothMs)),
      },
      {
        name: 'imports',
        title: 'Import of each function in a new process',
        unit: 'ms',
        bars: rows
          .filter(({ kind }) => kind === 'baseline' || kind === 'rival' || kind === 'function')
          .map(({ name, kind, importMs }) => bar(name, kind, importMs)),
      },
    ],
    headlines: [...starts]
      .filter(([{ kind }]) => kind === 'baseline' || kind === 'rival')
      .map(([{ name }, beside]) => [
        `import and first request of getItem to: ${name}`,
        times(
          ratio(
            startsOf((subject) => subject.name === 'getItem'),
            beside,
            both,
          ),
        ),
      ]),
    budgets: budgetsOf(rows),
    data: rows,
  };
}

const bar = (label: string, kind: Subject['kind'], summary: Summary | undefined): Bar => ({
  label,
  value: summary?.median ?? 0,
  isOurs: kind === 'function',
});

function budgetsOf(rows: readonly Row[]): Budget[] {
  const items = rows.filter(({ service }) => service === 'items');
  const budget = (name: string, most: number, ratioOf: (row: Row) => number, of = items): Budget => {
    const worst = of.reduce((worst, row) => (ratioOf(row) > ratioOf(worst) ? row : worst));
    return {
      name,
      target: `≤ ${times(most)}`,
      measured: `${times(ratioOf(worst))} (${worst.name})`,
      met: ratioOf(worst) <= most,
    };
  };
  return [
    budget('import of an items function, to the default client', 0.75, ({ ratio }) => ratio),
    budget('the same by processor time', 0.75, ({ cpuRatio }) => cpuRatio),
    budget('the same by processor time, on the way to', 0.5, ({ cpuRatio }) => cpuRatio),
    budget('import of an items function, to Express', 0.4, ({ ofExpress }) => ofExpress),
    budget('the same by processor time, to Express', 0.4, ({ cpuOfExpress }) => cpuOfExpress),
    budget(
      'import and first request of getItem, to Express',
      0.4,
      ({ bothOfExpress = Number.NaN }) => bothOfExpress,
      items.filter(({ name }) => name === 'getItem'),
    ),
  ];
}
