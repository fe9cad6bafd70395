import { periodOf, type Sales } from '../domain/sales.ts';
import type { SalesQuery } from './contracts.ts';
import type { ReportRequest, ReportResponse } from './route.ts';

interface Dependencies {
  readonly sales: Pick<Sales, 'byDay' | 'byCategory'>;
}

/** The most categories that an answer has; days are limited by the period. */
const MAX_CATEGORIES = 1_000;

export const respondWith =
  ({ sales }: Dependencies) =>
  async ({
    query: { by = 'day', ...days },
  }: ReportRequest<undefined, SalesQuery>): Promise<ReportResponse> => {
    const period = periodOf(days);
    if (by === 'day') {
      return { status: 200, json: { ...period, by, sales: await sales.byDay(period), isWhole: true } };
    }
    const found = await sales.byCategory(period, MAX_CATEGORIES + 1);
    const isWhole = found.length <= MAX_CATEGORIES;
    return { status: 200, json: { ...period, by, sales: found.slice(0, MAX_CATEGORIES), isWhole } };
  };
