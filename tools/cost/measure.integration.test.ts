import { beforeAll, describe, expect, it } from '@jest/globals';
import { measure } from './measure.ts';
import type { Usage } from './usage.ts';

let usage: Usage;
beforeAll(async () => {
  usage = await measure({
    today: '2026-11-23',
    progress: () => undefined,
    signal: new AbortController().signal,
    extent: { actions: 2, rows: 40, quietMs: 2_000 },
  });
}, 300_000);

describe('what is measured', () => {
  it('of an order is what its workflow does', () => {
    const { order } = usage.actions;
    expect(order.transitions).toBe(9);
    expect(order.apiRequests).toBe(1);
    expect(order.snsPublishes).toBe(1);
    // OrderPlaced and OrderCompleted.
    expect(order.events).toBe(2);
    expect(Object.keys(order.functions).sort()).toEqual(
      [
        ...['placeOrder', 'validateOrder', 'checkInventory', 'processPayment', 'sendConfirmation'],
        ...[
          'updateInventory',
          'completeOrder',
          'recordConfirmation',
          'publishChanges',
          'pushStatuses',
          'renderInvoice',
        ],
      ].sort(),
    );
    expect(order.functions.completeOrder?.runs).toBe(1);
  });

  it('of an item is its read, and the row and its index when it changes', () => {
    expect(usage.actions.itemRead).toMatchObject({ apiRequests: 1, readUnits: 1, writeUnits: 0 });
    expect(usage.actions.itemWrite).toMatchObject({ apiRequests: 1, writeUnits: 2, events: 1 });
  });

  it('of imported rows is a write of each with its index, and its event', () => {
    expect(usage.actions.importedRow.events).toBe(1);
    expect(usage.actions.importedRow.writeUnits).toBeGreaterThanOrEqual(2);
    expect(usage.actions.importedRow.writeUnits).toBeLessThan(2.5);
    // One message sent, received and deleted, for 40 rows.
    expect(usage.actions.importedRow.sqsRequests).toBe(3 / 40);
  });

  it('of memory is more than Node takes by itself, and less than is declared', () => {
    for (const megabytes of Object.values(usage.memoryMb)) {
      expect(megabytes).toBeGreaterThan(30);
      expect(megabytes).toBeLessThan(512);
    }
  });
});
