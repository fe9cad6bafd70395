import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundles } from './bundles.ts';
import { runChild } from './child.ts';
import { type Figure, fixed, spread, table, times } from './report.ts';
import type { Run } from './run.ts';
import { type Summary, summarize } from './statistics.ts';
import type { Variant } from './subjects/warm-handlers.ts';

const MOST_MICROSECONDS = 30;
/** Few, so that a batch mostly ends before other work gets the core. */
const REQUESTS = 10;

interface Measured extends Pick<Variant, 'name' | 'kind'> {
  /** Microseconds per request, one value per batch. */
  readonly batches: readonly number[];
}

interface Row extends Pick<Variant, 'name' | 'kind'> {
  readonly microseconds: Summary;
  readonly overBare: number;
  readonly overMiddy: number;
  readonly ofExpress: number;
}

/** What a request costs within a function that already runs, beside a handler that does nothing but answer. */
export async function warmOverhead({ quick, folder, signal, progress }: Run): Promise<Figure> {
  const batches = quick ? 1_000 : 3_000;
  progress(`warm overhead: ${batches} batches of ${REQUESTS} requests for each variant`);
  const entry = join('bench', 'subjects', 'warm-handlers.ts');
  const file = (await bundles([entry], { folder })).get(entry)?.file ?? '';
  const measured = await runChild<readonly Measured[]>(
    'warm-child.mjs',
    [pathToFileURL(file).href, String(batches), String(REQUESTS)],
    { env: {}, stdout: 'ignore', signal },
  );
  const rows = rowsOf(measured);
  const budget = (name: string) => {
    const { overBare } = rows.find((row) => row.name === name) ?? { overBare: Number.NaN };
    return {
      name: `over a bare handler: ${name}`,
      target: `≤ ${MOST_MICROSECONDS} µs`,
      measured: `${fixed(overBare, 1)} µs`,
      met: overBare <= MOST_MICROSECONDS,
    };
  };

  return {
    title: 'Warm overhead',
    text: [
      table(
        ['handler', 'µs per request', 'p10–p90', 'over bare', 'over middy', '×Express'],
        rows.map(({ name, kind, microseconds, overBare, overMiddy, ofExpress }) => [
          name,
          fixed(microseconds.median, 1),
          spread(microseconds, 1),
          fixed(overBare, 1),
          kind === 'middleware' ? fixed(overMiddy, 1) : '',
          times(ofExpress),
        ]),
      ),
      `Medians of ${batches} interleaved batches of ${REQUESTS} requests in one process. Our stack writes one log line`,
      'per request, here to /dev/null; in the rows called silent its level is SILENT, so the difference is the line.',
      'Each middleware stands alone within middy, silent, and is seen against middy alone. ×Express is of the overhead.',
    ].join('\n'),
    charts: [
      {
        name: 'warm-overhead',
        title: 'Overhead of a warm request over a bare handler',
        unit: 'µs',
        bars: rows
          .filter(({ kind }) => kind !== 'floor' && kind !== 'middleware')
          .map(({ name, kind, overBare }) => ({ label: name, value: overBare, isOurs: kind === 'ours' })),
      },
    ],
    headlines: rows
      .filter(({ kind }) => kind === 'rival')
      .map(({ name, overBare }) => [
        `overhead of our stack, validated body, with its log line, to: ${name}`,
        times(
          (rows.find((row) => row.name === 'our stack, validated body')?.overBare ?? Number.NaN) / overBare,
        ),
      ]),
    budgets: [budget('our stack, validated body, silent'), budget('our stack, validated body')],
    data: rows,
  };
}

function rowsOf(measured: readonly Measured[]): Row[] {
  const summaries = measured.map(({ batches, ...variant }) => ({
    ...variant,
    microseconds: summarize(batches),
  }));
  const medianOf = (row: (typeof summaries)[number] | undefined) => row?.microseconds.median ?? Number.NaN;
  const bare = medianOf(summaries.find(({ kind }) => kind === 'floor'));
  const middy = medianOf(summaries.find(({ kind }) => kind === 'middy'));
  // The last is Express: a machine that is slow is slow for both.
  const express = medianOf(summaries.at(-1)) - bare;
  return summaries.map((row) => ({
    ...row,
    overBare: medianOf(row) - bare,
    overMiddy: medianOf(row) - middy,
    ofExpress: (medianOf(row) - bare) / express,
  }));
}
