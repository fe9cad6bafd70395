import pg from 'pg';
import { TooLarge } from '../../../../shared/errors.ts';
import {
  type DatabaseSettings,
  databaseConfig,
  translatePostgresFailure,
} from '../../../../shared/postgres.ts';
import type { DailyReportDependencies, Sale } from '../domain/daily-report.ts';

/** So many fit into the memory of the function several times over. */
const MOST_LINES = 50_000;

const OF_DAY = `
  SELECT currency, category, orders::text, quantity::text, amount::text
  FROM sales_by_day WHERE day = $1 ORDER BY currency, category LIMIT ${MOST_LINES + 1}`;

/** The view of services/reports in its database. It is asked once a day: a connection is made for each time. */
export const salesView = (settings: DatabaseSettings): DailyReportDependencies['sales'] => ({
  async ofDay(day) {
    const client = new pg.Client(databaseConfig(settings));
    // Without a listener a connection that breaks would end the process; the query fails by itself.
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<Sale>(OF_DAY, [day]);
      if (rows.length > MOST_LINES)
        throw new TooLarge(`The report of ${day} has more than ${MOST_LINES} lines.`);
      return rows;
    } catch (error) {
      throw error instanceof TooLarge ? error : translatePostgresFailure(error);
    } finally {
      await client.end().catch(() => {});
    }
  },
});
