import { importsTable } from '../services/events/src/adapters/imports-table.ts';
import { manifestsTable } from '../services/events/src/adapters/manifests-table.ts';
import { BEGINNING } from '../services/events/src/domain/import.ts';
import { showUpload } from '../services/events/src/domain/show-upload.ts';
import { lamp } from '../services/items/test/lamp.ts';
import { CUSTOMER, type MeteredShop, NOW, shopOn } from './capacity-shop.ts';
import type { Tables, Units } from './tables.ts';

/** What something that the shop does consumes. */
export interface Cost {
  readonly name: string;
  readonly units: Units;
}

/** Items of a page, all like the lamp of the tests: a third of a kilobyte each. */
export const PAGE = 50;

const { id: _, version: __, createdAt: ___, updatedAt: ____, ...draft } = lamp;

/** What each route and each scheduled run consumes, of tables that were empty before. */
export async function costsOfRoutes(tables: Tables): Promise<readonly Cost[]> {
  const { unitsOf, documents } = tables;
  const shop = shopOn(tables);
  const costs: Cost[] = [];
  const measure = async (name: string, work: () => Promise<unknown>) => {
    costs.push({ name, units: await unitsOf(work) });
  };
  const request = { caller: CUSTOMER, key: 'key-1' };
  const anything = { states: undefined };
  for (let item = 0; item < PAGE; item += 1) await shop.addItem({ ...draft, id: `item-${item}` });

  await measure('GET /items, 50 of them', () => shop.catalogue.page({ limit: PAGE }));
  await measure('GET /items?category, 50 of them', () =>
    shop.catalogue.page({ limit: PAGE, category: lamp.category }),
  );
  await measure('the key of the cursors, made', shop.signingKey);
  await measure('the key of the cursors, once for each function instance', shopOn(tables).signingKey);
  await measure('GET /items/{id}', () => shop.catalogue.find('item-0'));
  await measure('POST /items', () => shop.addItem({ ...draft, id: 'plain' }));
  await measure('POST /items with a key', () => shop.addItem(draft, request));
  await measure('POST /items with a key, repeated', () => shop.addItem(draft, request));
  await measure('PATCH /items/{id}', () =>
    shop.catalogue.change(
      'item-0',
      { set: [[['name'], 'Lamp']], remove: [], edit: { at: NOW.toISOString() } },
      anything,
    ),
  );
  await measure('PATCH /items/{id}, refused', () =>
    shop.catalogue
      .change('item-0', { set: [[['name'], 'Lamp']], remove: [] }, { states: [{ ...lamp, version: 9 }] })
      .catch(() => undefined),
  );
  await measure('POST /items/{id}/stock', () => shop.stock.adjust('item-0', -1, undefined));
  await measure('POST /items/{id}/stock with a key', () => shop.stock.adjust('item-0', -1, request));
  await measure('DELETE /items/{id}', () => shop.catalogue.remove('item-49', anything));

  await measure('POST /orders', () => shop.place(linesOf(1), 'a'));
  await measure('POST /orders, repeated', () => shop.place(linesOf(1), 'a'));
  const { id } = await shop.place(linesOf(1), 'b');
  await measure('GET /orders/{id}', () => shop.orders.find(id));
  for (let order = 0; order < 20; order += 1) await shop.place(linesOf(1), `page-${order}`);
  await measure('GET /orders, 20 of them', () => shop.orders.page({ customerId: CUSTOMER, limit: 20 }));
  await measure('POST /orders/{id}/cancel, before anything is reserved', () => shop.cancel(id));
  const waiting = await shop.place(linesOf(1), 'c');
  await shop.validate(waiting.id);
  await measure('the request for approval', () => shop.requestApproval(waiting.id));
  await measure('POST /orders/{id}/approval', () => shop.decide(waiting.id));
  await measure('a sweep that finds 22 orders under way', shop.sweep);

  const now = () => NOW;
  const manifests = manifestsTable(documents, 'UploadsTable', now);
  const imports = importsTable(documents, 'UploadsTable', { writer: 'one', now });
  const upload = {
    id: '01JDC000000000000000000000',
    key: 'uploads/01JDC000000000000000000000.csv',
    owner: CUSTOMER,
  };
  const show = () => showUpload({ manifests, imports, linkToReport: async () => '' }, upload.id, CUSTOMER);
  await measure('POST /uploads', () => manifests.create({ ...upload, createdAt: NOW.toISOString() }));
  await measure('GET /uploads/{id}, of which no file has come', show);
  const file = { versionId: 'v1', size: 1, checksum: 'c', sequencer: '1', receivedAt: NOW.toISOString() };
  await measure('a file that is received', () => manifests.receive(upload.id, upload.key, file));
  const key = { uploadId: upload.id, versionId: 'v1' };
  await measure('a checkpoint of an import', () => imports.advance(key, undefined, BEGINNING));
  await measure('GET /uploads/{id}', show);
  await measure('a clean-up of keys that have not expired', shop.cleanUp);
  return costs;
}

const linesOf = (count: number) =>
  Array.from({ length: count }, (_, line) => ({ itemId: `item-${line}`, quantity: 1 }));

/** The ways that an order may go; each says what is done beyond its placement, and how it went. */
const WAYS: Readonly<
  Record<string, { readonly lines: number; readonly way: (shop: MeteredShop, id: string) => Steps }>
> = {
  'complete, one line': { lines: 1, way: completed },
  'complete, three lines': { lines: 3, way: completed },
  'payment declined': {
    lines: 1,
    way: (shop, id) => [
      ...reserved(shop, id),
      ['processPayment', () => shop.pay(id, { declined: true }).catch(() => undefined)],
      ...undone(shop, id, 'PAYMENT_DECLINED: card_declined'),
    ],
  },
  'out of stock': {
    lines: 1,
    way: (shop, id) => [
      ['validateOrder', () => shop.validate(id)],
      ['checkInventory', () => shop.checkInventory(id).catch(() => undefined)],
      ...undone(shop, id, 'OUT_OF_STOCK: too few'),
    ],
  },
  'cancelled while it is reserved': {
    lines: 1,
    way: (shop, id) => [...reserved(shop, id), ['cancelOrder', () => shop.cancel(id)]],
  },
  'rejected: no such item': {
    lines: 0,
    way: (shop, id) => [['validateOrder', () => shop.validate(id).catch(() => undefined)]],
  },
};

type Steps = readonly (readonly [name: string, work: () => Promise<unknown>])[];

const reserved = (shop: MeteredShop, id: string): Steps => [
  ['validateOrder', () => shop.validate(id)],
  ['checkInventory', () => shop.checkInventory(id)],
];

function completed(shop: MeteredShop, id: string): Steps {
  return [
    ...reserved(shop, id),
    ['processPayment', () => shop.pay(id)],
    ['sendConfirmation', () => shop.confirm(id)],
    ['recordConfirmation', () => shop.receipt(id)],
    ['updateInventory', () => shop.sell(id)],
    ['completeOrder', () => shop.complete(id)],
  ];
}

const undone = (shop: MeteredShop, id: string, cause: string): Steps => [
  ['undo', () => shop.undo(id, cause)],
];

/** An order by the way that it went, step by step. */
export interface OrderCost extends Cost {
  readonly steps: readonly Cost[];
}

/** What a whole order consumes by each way, from its placement to its end. */
export async function costsOfOrders(tables: Tables): Promise<readonly OrderCost[]> {
  const shop = shopOn(tables);
  const costs: OrderCost[] = [];
  for (const [name, { lines, way }] of Object.entries(WAYS)) {
    const stock = name === 'out of stock' ? 0 : 10;
    for (const { itemId } of linesOf(lines)) {
      await shop.catalogue.remove(itemId, { states: undefined });
      await shop.addItem({ ...draft, id: itemId, stock });
    }
    let id = '';
    const wanted = lines === 0 ? [{ itemId: 'unknown', quantity: 1 }] : linesOf(lines);
    const place = async () => {
      ({ id } = await shop.place(wanted, name.replaceAll(' ', '-')));
    };
    const steps: Cost[] = [{ name: 'placeOrder', units: await tables.unitsOf(place) }];
    for (const [step, work] of way(shop, id)) {
      steps.push({ name: step, units: await tables.unitsOf(work) });
    }
    costs.push({ name, steps, units: steps.map(({ units }) => units).reduce(sum) });
  }
  return costs;
}

const sum = (one: Units, other: Units): Units => ({
  read: one.read + other.read,
  write: one.write + other.write,
  refused: one.refused + other.refused,
});
