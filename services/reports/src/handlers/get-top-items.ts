import { periodOf, type Sales } from '../domain/sales.ts';
import type { TopItemsQuery } from './contracts.ts';
import type { ReportRequest, ReportResponse } from './route.ts';

interface Dependencies {
  readonly sales: Pick<Sales, 'topItems'>;
}

export const respondWith =
  ({ sales }: Dependencies) =>
  async ({ query }: ReportRequest<undefined, TopItemsQuery>): Promise<ReportResponse> => {
    const { by = 'amount', limit = 10, ...days } = query;
    const period = periodOf(days);
    return { status: 200, json: { ...period, by, items: await sales.topItems(period, by, limit) } };
  };
