import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { allEvents } from '../shared/events/all-events.ts';
import type { EventContract } from '../shared/events/shop-event.ts';

interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
}

/** The page that describes every event on the bus of the shop. */
export function eventsPage(contracts: readonly EventContract[]): string {
  return [
    '# Events',
    '',
    'Made from `shared/events` by `npm run events`.',
    '',
    'Events are published at least once to the bus `shop-<stage>`; what comes twice has the same `metadata.eventId`.',
    'Those of one item or one order are published in the order in which they happened; a rule may deliver them in another.',
    'Amounts of money are in the minor unit of their currency: cents for EUR.',
    'A consumer takes fields that it does not know for fields that were added.',
    '',
    'The `detail` of each has `metadata` and `data`.',
    '',
    ...tableOf('metadata', partOf(contracts[0], 'metadata')),
    '',
    ...contracts.flatMap(({ source, type, about, detail }) => [
      `## ${type}`,
      '',
      about,
      '',
      '```json',
      patternOf(source, type),
      '```',
      '',
      ...tableOf('data', partOf({ detail }, 'data')),
      '',
    ]),
  ].join('\n');
}

/** The pattern of a rule that matches the events of a type. */
export function patternOf(source: string, type: string): string {
  return `{ "source": ["${source}"], "detail-type": ["${type}"] }`;
}

function partOf(contract: Pick<EventContract, 'detail'> | undefined, part: string): Shape {
  const shape: Shape = contract ? (z.toJSONSchema(contract.detail) as Shape) : {};
  return shape.properties?.[part] ?? {};
}

function tableOf(title: string, shape: Shape): string[] {
  return [`| field of \`${title}\` | type | |`, '|---|---|---|', ...rowsOf(shape, '', '')];
}

function rowsOf({ properties = {}, required = [] }: Shape, prefix: string, presence: string): string[] {
  return Object.entries(properties).flatMap(([name, shape]) => {
    const path = `${prefix}${name}`;
    const present = required.includes(name) ? presence : ', may be absent';
    return [
      ...(shape.properties
        ? []
        : [`| \`${path}\` | ${typeOf(shape)}${present} | ${shape.description ?? ''} |`]),
      ...rowsOf(shape, `${path}.`, present),
      ...rowsOf(shape.items ?? {}, `${path}[].`, present),
    ];
  });
}

function typeOf({ type, format, enum: values, const: value }: Shape): string {
  if (value !== undefined) return `\`${value}\``;
  if (format === 'date-time') return 'ISO 8601, UTC';
  if (values) return 'ISO 4217 code';
  return type === 'array' ? 'list' : (type ?? '');
}

if (import.meta.main) {
  writeFileSync(
    join(import.meta.dirname, '../services/events/events.md'),
    eventsPage(Object.values(allEvents)),
  );
}
