import type { Money } from './orders.ts';

/** For example `€12.90`; `amount` is in the currency's minor unit. */
export function money({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return format.format(amount / 10 ** digits);
}

/** For example `now`, `42 s`, `3 min`, `5 h` or `2 d`; both in milliseconds. */
export function age(since: number, now: number): string {
  const seconds = Math.floor((now - since) / 1_000);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** For example `18 ms` or `2.4 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** The time of day in UTC with seconds, of a time in ISO 8601. */
export const timeOfDay = (iso: string): string => iso.slice(11, 19);

/** The end of a long id, by which people tell one from another. */
export const shortId = (id: string): string => (id.length > 10 ? `…${id.slice(-8)}` : id);
