/** What many measurements of one thing come to. */
export interface Summary {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/** The value that the share `q` (0 to 1) of the values does not exceed, interpolated between neighbours. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new Error('There is no quantile of no values.');
  const sorted = values.toSorted((a, b) => a - b);
  const position = q * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position % 1);
}

export function summarize(values: readonly number[]): Summary {
  return { median: quantile(values, 0.5), p10: quantile(values, 0.1), p90: quantile(values, 0.9) };
}
