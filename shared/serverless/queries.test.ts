import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { tellOfEvent } from '../../services/events/src/handlers/published-event.ts';
import { metrics } from '../logger.ts';
import { httpHandler } from '../middleware/http.ts';
import { taskHandler } from '../middleware/task.ts';
import { httpEvent, lambdaContext } from '../testing/http-event.ts';
import { collectedLogLines } from '../testing/log-lines.ts';

const { queries }: typeof import('./queries.cjs') = createRequire(import.meta.url)('./queries.cjs');

const lines = collectedLogLines();

/** What a function, a keyword or a result of the queries is called; everything else that is a word is a field. */
const NO_FIELDS = new Set(
  (
    'fields filter stats sort limit by asc desc as and ispresent count latest avg max pct sum bin ' +
    'times last requests p50 p99 slowest runs coldStarts average longest orders hour h'
  ).split(' '),
);
const fieldsOf = (query: string) => [
  ...new Set(
    (query.replaceAll(/"[^"]*"/g, '').match(/@?[A-Za-z_][\w.]*/g) ?? []).filter(
      (word) => !NO_FIELDS.has(word),
    ),
  ),
];
const textsOf = (query: string) => [...query.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text);

/** The fields of a line, those of its objects included, as Logs Insights names them. */
const names = (value: object, path = ''): string[] =>
  Object.entries(value).flatMap(([key, inner]) => [
    path + key,
    ...(typeof inner === 'object' && inner !== null ? names(inner, `${path}${key}.`) : []),
  ]);

/** A line of each kind that the queries look for, as functions write it. */
async function writeLines(): Promise<void> {
  await httpHandler({}, async () => ({ status: 200 }))(httpEvent(), lambdaContext);
  const task = taskHandler(z.object({}), async () => {
    throw new Error('broken');
  });
  await task({}, lambdaContext).catch(() => undefined);
  const event = { eventId: 'e1', correlationId: 'c1', occurredAt: '2026-11-22T10:00:00.000Z' };
  tellOfEvent({ ...event, type: 'OrderFailed', data: { id: 'o1', reason: 'OUT_OF_STOCK' } });
  metrics.clearMetrics();
}

describe('the saved queries', () => {
  it.each(Object.values(queries))('"$name" asks for what log lines have', async ({ query }) => {
    await writeLines();
    const known = new Set(lines.flatMap((line) => names(line)));
    const asked = fieldsOf(query).filter((field) => !field.startsWith('@'));
    expect(asked.filter((field) => !known.has(field))).toEqual([]);

    const said = new Set([
      ...lines.flatMap(({ level, message }) => [level, message]),
      'REPORT',
      'PUT THE ID HERE',
    ]);
    expect(textsOf(query).filter((text) => !said.has(text))).toEqual([]);
  });

  it('ask Lambda for what it reports of an invocation', () => {
    const own = Object.values(queries).flatMap(({ query }) =>
      fieldsOf(query).filter((field) => field.startsWith('@')),
    );
    expect([...new Set(own)].sort()).toEqual(['@initDuration', '@log', '@timestamp', '@type']);
  });
});
