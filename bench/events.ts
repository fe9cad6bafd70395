import { runChild } from './child.ts';
import { type Figure, fixed, table, times } from './report.ts';
import type { Run } from './run.ts';
import { summarize } from './statistics.ts';

interface Measured {
  /** Events per second with no function behind them. */
  readonly raw: Readonly<Record<Kind, number>>;
  /** Events per second, for each part of the run. */
  readonly rates: Readonly<Record<Kind, readonly number[]>>;
  /** In MB, at the end of each part. */
  readonly memory: readonly { readonly rss: number; readonly heap: number }[];
}

type Kind = 'queue' | 'stream';

const PARTS = 8;
/** Parts in which threads start and code is compiled. */
const WARM_UP = 2;
const MOST_GROWTH = 0.1;

/** What the local cloud brings to functions in a second, beside its engines alone, and whether its memory stays flat. */
export async function events({ quick, signal, progress }: Run): Promise<Figure> {
  const count = quick ? 4_000 : 20_000;
  progress(`events: ${count} messages and ${count} stream records`);
  const { raw, rates, memory } = await runChild<Measured>('events-child.ts', [String(count), String(PARTS)], {
    env: { NODE_OPTIONS: '--expose-gc' },
    stdout: 'ignore',
    signal,
  });
  const rows = (['queue', 'stream'] as const).map((kind) => {
    const warm = rates[kind].slice(WARM_UP);
    const median = summarize(warm).median;
    return [kind, fixed(raw[kind], 0), fixed(median, 0), times(median / raw[kind])];
  });
  const settled = memory.slice(WARM_UP - 1).map(({ rss }) => rss);
  const [first = Number.NaN] = settled;
  const growth = (settled.at(-1) ?? Number.NaN) / first - 1;
  return {
    title: 'Events in the local cloud',
    text: [
      table(['source', 'engine alone per second', 'with a function per second', 'ratio'], rows),
      `The engine alone: written and read by one client. With a function: from the first write to the last effect,`,
      `median of the parts after the warm-up. Memory in MB after each part: ${memory.map(({ rss }) => fixed(rss, 0)).join(', ')}`,
      `(of which heap: ${memory.map(({ heap }) => fixed(heap, 0)).join(', ')}).`,
    ].join('\n'),
    budgets: [
      {
        name: `memory over ${count} messages and ${count} records`,
        target: `±${MOST_GROWTH * 100} %`,
        measured: `${growth >= 0 ? '+' : ''}${fixed(growth * 100, 1)} %`,
        met: Math.abs(growth) <= MOST_GROWTH,
      },
    ],
    data: { raw, rates, memory },
  };
}
