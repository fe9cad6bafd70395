import document from '../../../../openapi.json' with { type: 'json' };
import { type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { openapiContract } from './contracts.ts';

export const respondWith = (openapi: object) => async (): Promise<HttpResponse> => ({
  status: 200,
  headers: { 'cache-control': 'public, max-age=300' },
  json: openapi,
});

export const handler = httpHandler(openapiContract, respondWith(document));
