import type { Readiness } from '../domain/readiness.ts';
import type { Sales } from '../domain/sales.ts';
import { orderContract, salesContract, topItemsContract } from './contracts.ts';
import * as getHealth from './get-health.ts';
import * as getOrder from './get-order.ts';
import * as getReady from './get-ready.ts';
import * as getSales from './get-sales.ts';
import * as getTopItems from './get-top-items.ts';
import { type Route, route } from './route.ts';

interface Dependencies {
  readonly sales: Sales;
  readonly readiness: () => Promise<Readiness>;
}

const scope = 'shop/reports';

/** The routes of the container. */
export const routes = (dependencies: Dependencies): readonly Route[] => [
  route({ path: '/health' }, {}, getHealth.respondWith()),
  route({ path: '/ready' }, {}, getReady.respondWith(dependencies)),
  route({ path: '/reports/sales', scope }, salesContract, getSales.respondWith(dependencies)),
  route({ path: '/reports/top-items', scope }, topItemsContract, getTopItems.respondWith(dependencies)),
  route({ path: '/reports/orders/:id', scope }, orderContract, getOrder.respondWith(dependencies)),
];
