import { FAULT_KINDS } from './faults.ts';
import type { SeedResult } from './simulate.ts';

/** How many violations are shown whole; the others are counted. */
const SHOWN = 5;

/** What a run has found, as text. */
export function reportOf(
  results: readonly SeedResult[],
  { seconds, orders, mutant }: { seconds: number; orders: number; mutant: string | undefined },
): string {
  const violations = results.flatMap(({ seed, violations: found }) =>
    found.map((violation) => ({ seed, ...violation })),
  );
  const endings = sum(results.map((result) => result.endings));
  const faults = sum(results.map((result) => result.faults));
  const placed = Object.values(endings).reduce((all, count) => all + count, 0);
  return [
    `${results.length} seeds, ${placed} orders in ${seconds.toFixed(1)} s (${(placed / seconds).toFixed(1)} orders/s)`,
    '',
    'Orders by how they ended',
    ...rows(Object.entries(endings).sort(([, one], [, other]) => other - one)),
    '',
    'Faults injected',
    ...rows(FAULT_KINDS.map((kind) => [kind, faults[kind] ?? 0])),
    '',
    violations.length === 0 ? 'No violations' : `${violations.length} violations`,
    ...violations
      .slice(0, SHOWN)
      .flatMap(({ seed, rule, order, text, trace }) => [
        '',
        `${rule} seed ${seed}${order === undefined ? '' : `, order ${order}`}: ${text}`,
        ...trace.map(({ at, text: what }) => `  ${new Date(at).toISOString().slice(11, 23)}  ${what}`),
        `  again: npm run simulate -- --from ${seed} --seeds 1 --orders ${orders}${mutant ? ` --mutant ${mutant}` : ''}`,
      ]),
    ...(violations.length > SHOWN ? ['', `and ${violations.length - SHOWN} more`] : []),
  ].join('\n');
}

function sum(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((each) => Object.entries(each))) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

const rows = (entries: readonly (readonly [string, number])[]) =>
  entries.map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`);
