import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundles.ts';
import { runChild } from './child.ts';
import { type Figure, fixed, spread, table, times } from './report.ts';
import type { Run } from './run.ts';
import { summarize } from './statistics.ts';

const MOST_MICROSECONDS = 30;

/** What a request costs within a function that already runs, beside a handler that does nothing but answer. */
export async function warmOverhead({ quick, folder, signal, progress }: Run): Promise<Figure> {
  const batches = quick ? 11 : 31;
  const requests = quick ? 300 : 1_000;
  progress(`warm overhead: ${batches} batches of ${requests} requests for each variant`);
  const { file } = await bundle(join('bench', 'subjects', 'warm-handlers.ts'), { folder, name: 'warm' });
  const measured = await runChild<Record<string, number[]>>(
    'warm-child.mjs',
    [pathToFileURL(file).href, String(batches), String(requests)],
    { env: {}, stdout: 'ignore', signal },
  );

  const summaries = Object.entries(measured).map(([name, batch]) => ({
    name,
    microseconds: summarize(batch),
  }));
  const overheadOf = (row: (typeof summaries)[number] | undefined) =>
    (row?.microseconds.median ?? Number.NaN) - (summaries[0]?.microseconds.median ?? Number.NaN);
  // The last is Express: a machine that is slow is slow for both.
  const express = overheadOf(summaries.at(-1));
  const rows = summaries.map((row) => {
    const overBare = overheadOf(row);
    return { ...row, overBare, ofExpress: overBare / express };
  });
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
        ['handler', 'µs per request', 'p10–p90', 'over bare', 'of Express'],
        rows.map(({ name, microseconds, overBare, ofExpress }) => [
          name,
          fixed(microseconds.median, 1),
          spread(microseconds, 1),
          fixed(overBare, 1),
          times(ofExpress),
        ]),
      ),
      `Medians of ${batches} interleaved batches of ${requests} requests in one process. Our stack writes one log line`,
      'per request, here to /dev/null; in the rows called silent its level is SILENT, so the difference is the line.',
    ].join('\n'),
    budgets: [budget('our stack, validated body, silent'), budget('our stack, validated body')],
    data: rows,
  };
}
