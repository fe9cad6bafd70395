import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allEvents } from '../shared/events/all-events.ts';
import { eventsPage, patternOf } from './events.ts';

const written = readFileSync(join(import.meta.dirname, '../services/events/events.md'), 'utf8');
const contracts = Object.values(allEvents);

describe('services/events/events.md', () => {
  it('is what the contracts make now (npm run events writes it)', () => {
    expect(eventsPage(contracts)).toBe(written);
  });

  it('has a pattern for every event', () => {
    const patterns = [...written.matchAll(/^\{.*\}$/gm)].map(([pattern]) => JSON.parse(pattern));
    expect(patterns).toEqual([
      { source: ['shop.items'], 'detail-type': ['ItemCreated'] },
      { source: ['shop.items'], 'detail-type': ['ItemUpdated'] },
      { source: ['shop.items'], 'detail-type': ['ItemDeleted'] },
      { source: ['shop.orders'], 'detail-type': ['OrderPlaced'] },
      { source: ['shop.orders'], 'detail-type': ['OrderCompleted'] },
      { source: ['shop.orders'], 'detail-type': ['OrderFailed'] },
    ]);
    expect(JSON.parse(patternOf('shop.items', 'ItemCreated'))).toEqual(patterns[0]);
  });

  it('names the fields of rows and lists, and which may be absent', () => {
    const failed = written.slice(written.indexOf('## OrderFailed'));
    expect(failed).toContain('\n| `lines[].unitPrice.amount` | integer, may be absent |  |\n');
    expect(failed).toContain('\n| `lines[].quantity` | integer |  |\n');
    expect(written).toContain('\n| `version` | `1` |');
  });

  it('knows every event by its type', () => {
    expect(Object.keys(allEvents)).toEqual(contracts.map(({ type }) => type));
  });
});
