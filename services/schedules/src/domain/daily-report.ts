import { InvalidInput } from '../../../../shared/errors.ts';
import { csv } from './csv.ts';

/** What was sold of a category in a currency in one day; numbers are whole, as text, since they may be of any size. */
export interface Sale {
  readonly currency: string;
  readonly category: string;
  /** Orders with a line of the category. */
  readonly orders: string;
  readonly quantity: string;
  /** In minor units of the currency. */
  readonly amount: string;
}

/** What people are told of a report. */
export interface ReportNotice {
  /** A day in UTC, such as 2026-11-21. */
  readonly day: string;
  readonly lines: number;
  /** Good for so long, and no longer than the credentials of the function. */
  readonly link: string;
  readonly linkExpiresAt: string;
  /** Where the report stays: `s3://…`. */
  readonly uri: string;
}

export interface DailyReportDependencies {
  readonly sales: { ofDay(day: string): Promise<readonly Sale[]> };
  readonly reports: {
    /** Writes the report of the day, over the one that is there; answers where it is. */
    write(day: string, text: string): Promise<string>;
    linkTo(day: string, seconds: number): Promise<string>;
  };
  readonly notices: { send(notice: ReportNotice): Promise<void> };
  /** Does the work once for each id. */
  readonly once: (id: string, work: () => Promise<unknown>) => Promise<void>;
  readonly now: () => Date;
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const LINK_SECONDS = 6 * 60 * 60;

const HEADER = ['day', 'currency', 'category', 'orders', 'quantity', 'amount'];

/** The day in UTC before the one of the time. */
export const dayBefore = (time: Date): string => new Date(time.getTime() - DAY_MS).toISOString().slice(0, 10);

/**
 * Writes the sales of a day to a file, and tells people of it once, however often it is written.
 * @throws InvalidInput when the day is not over
 */
export async function reportDay(
  { sales, reports, notices, once, now }: DailyReportDependencies,
  day: string,
): Promise<{ readonly day: string; readonly lines: number; readonly uri: string }> {
  if (day > dayBefore(now())) throw new InvalidInput(`The day ${day} is not over.`);
  const sold = await sales.ofDay(day);
  const rows = sold.map(({ currency, category, orders, quantity, amount }) => [
    ...[day, currency, category, orders, quantity, amount],
  ]);
  const uri = await reports.write(day, csv([HEADER, ...rows]));
  const lines = rows.length;
  await once(day, async () => {
    const link = await reports.linkTo(day, LINK_SECONDS);
    const linkExpiresAt = new Date(now().getTime() + LINK_SECONDS * 1_000).toISOString();
    await notices.send({ day, lines, link, linkExpiresAt, uri });
  });
  return { day, lines, uri };
}
