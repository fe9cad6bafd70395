import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { httpHandler } from '../shared/middleware/http.ts';
import { lambdaContext } from '../shared/testing/http-event.ts';
import { declaredServices } from './declared-services.ts';
import { describedOperations } from './openapi.ts';

const services = declaredServices(join(import.meta.dirname, '..'));
const { operations } = await describedOperations(services);
const samples = services.flatMap(({ folder, functions }) =>
  Object.entries(functions).map(([key, { handler }]) => ({
    key,
    file: join(folder, 'events', `${basename(handler, '.handler')}.json`),
  })),
);

describe('the sample event', () => {
  it.each(samples)('of $key is in the repository and passes its contract', async ({ key, file }) => {
    expect([file, existsSync(file)]).toEqual([file, true]);
    const handler = httpHandler(operations[key]?.contract ?? {}, async () => ({ status: 204 }));
    const answer = await handler(JSON.parse(readFileSync(file, 'utf8')), lambdaContext);
    expect([answer.statusCode, answer.body]).toEqual([204, undefined]);
  });
});
