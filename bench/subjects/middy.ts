import middy from '@middy/core';
import httpCors from '@middy/http-cors';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import httpSecurityHeaders from '@middy/http-security-headers';

/** The middlewares that middy brings and our stack uses, and an error handler as the fifth. */
export const handler = middy(async () => ({ statusCode: 200, body: '{}' }))
  .use(httpSecurityHeaders())
  .use(httpCors())
  .use({
    onError: (request) => {
      request.response = { statusCode: 500, body: '{}' };
    },
  })
  .use(httpHeaderNormalizer())
  .use(httpJsonBodyParser());
