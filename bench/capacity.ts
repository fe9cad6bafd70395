import { join } from 'node:path';
import { type Cost, costsOfOrders, costsOfRoutes } from './capacity-costs.ts';
import { type Figure, table } from './report.ts';
import type { Run } from './run.ts';
import { createDeclaredTables, openTables } from './tables.ts';

/** Of an order of one item, all its records and indexes included. */
const MOST_WRITTEN = 45;

/** What each route, and a whole order by the way that it goes, consumes of DynamoDB. */
export async function capacity({ folder, signal, progress }: Run): Promise<Figure> {
  progress('capacity: routes and orders');
  const tables = await openTables(join(folder, 'capacity.sqlite'), { signal, onEnd: progress });
  try {
    await createDeclaredTables(tables);
    const routes = await costsOfRoutes(tables);
    const orders = await costsOfOrders(tables);
    const [complete] = orders;
    return {
      title: 'Capacity units of routes and orders',
      text: [
        unitTable('route', routes),
        '',
        unitTable('order', orders),
        'Units are what DynamoDB reports to the adapters; what is refused consumes too, and reports nothing.',
      ].join('\n'),
      budgets: [
        {
          name: 'write units of an order that is completed',
          target: `≤ ${MOST_WRITTEN}`,
          measured: String(complete?.units.write),
          met: (complete?.units.write ?? Number.NaN) <= MOST_WRITTEN,
        },
      ],
      data: { routes, orders },
    };
  } finally {
    tables.stop();
  }
}

const unitTable = (title: string, costs: readonly Cost[]) =>
  table(
    [title, 'read units', 'write units', 'refused'],
    costs.map(({ name, units }) => [name, ...[units.read, units.write, units.refused].map(String)]),
  );
