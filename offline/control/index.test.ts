import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { type Serving, serve } from '../serve.ts';
import { type Controlled, controlApi } from './index.ts';

let serving: Serving;
let complaints: jest.SpiedFunction<typeof console.error>;
beforeAll(async () => {
  const controlled = { messaging: { queues: () => [{ name: 'lost' }] } } as unknown as Controlled;
  serving = await serve(0, controlApi(controlled));
});
afterAll(() => serving.close());
beforeEach(() => {
  complaints = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  expect(complaints).not.toHaveBeenCalled();
  complaints.mockRestore();
});

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${serving.url}/_local${path}`, init);
  return { status: response.status, answer: await response.json() };
};

it.each(['null', '[]', '7', '"text"'])('the control API refuses %s for a JSON object', async (body) => {
  const headers = { 'content-type': 'application/json' };
  expect(await ask('/queues/lost/redrive', { method: 'POST', headers, body })).toEqual({
    status: 400,
    answer: { error: 'The body is no JSON object.' },
  });
});

it('the control API refuses a name that is encoded wrongly', async () => {
  expect(await ask('/queues/%zz/messages')).toEqual({
    status: 400,
    answer: { error: '"%zz" is no part of a URL.' },
  });
});
