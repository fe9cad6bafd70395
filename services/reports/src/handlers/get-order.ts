import { OrderUnknown, type Sales } from '../domain/sales.ts';
import type { ReportRequest, ReportResponse } from './route.ts';

interface Dependencies {
  readonly sales: Pick<Sales, 'findOrder'>;
}

export const respondWith =
  ({ sales }: Dependencies) =>
  async ({ path: { id } }: ReportRequest<{ id: string }>): Promise<ReportResponse> => {
    const order = await sales.findOrder(id);
    if (!order) throw new OrderUnknown(id);
    return { status: 200, json: order };
  };
