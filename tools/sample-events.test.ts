import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { type HttpHandler, httpHandler } from '../shared/middleware/http.ts';
import type { InvocationHandler } from '../shared/middleware/invocation.ts';
import { lambdaContext } from '../shared/testing/http-event.ts';
import { declaredServices } from './declared-services.ts';

const samples = declaredServices(join(import.meta.dirname, '..')).flatMap(({ folder, functions }) =>
  Object.entries(functions).map(([key, { handler }]) => ({
    key,
    code: join(folder, handler.replace(/\.handler$/, '.ts')),
    file: join(folder, 'events', `${basename(handler, '.handler')}.json`),
  })),
);

describe('the sample event', () => {
  it.each(samples)('of $key is in the repository and is what its handler takes', async ({ code, file }) => {
    expect([file, existsSync(file)]).toEqual([file, true]);
    const sample = JSON.parse(readFileSync(file, 'utf8'));
    const { handler }: { handler: HttpHandler | InvocationHandler<unknown, unknown> } = await import(
      pathToFileURL(code).href
    );
    if ('inputOf' in handler) {
      expect(() => handler.inputOf(sample)).not.toThrow();
    } else {
      const takes = httpHandler(handler.contract, async () => ({ status: 204 }));
      const answer = await takes(sample, lambdaContext);
      expect([answer.statusCode, answer.body]).toEqual([204, undefined]);
    }
  });
});
