import { expect, it } from '@jest/globals';
import { corsHeaders, corsOf } from './cors.ts';

const cors = {
  allowedOrigins: ['https://shop.example', 'http://*'],
  allowedHeaders: ['authorization'],
  allowedMethods: ['GET'],
  exposedResponseHeaders: ['etag'],
  maxAge: 600,
};

it('answers a preflight with what is allowed', () => {
  expect(corsHeaders(cors, 'https://shop.example', true)).toEqual({
    'access-control-allow-origin': 'https://shop.example',
    'access-control-allow-methods': 'GET',
    'access-control-allow-headers': 'authorization',
    'access-control-max-age': '600',
    vary: 'Origin',
  });
});

it('exposes headers on other answers', () => {
  expect(corsHeaders(cors, 'http://anything.example', false)).toEqual({
    'access-control-allow-origin': 'http://anything.example',
    'access-control-expose-headers': 'etag',
    vary: 'Origin',
  });
});

it.each([undefined, 'https://elsewhere.example', 'https://shop.example.evil'])(
  'says nothing to %s',
  (origin) => {
    expect(corsHeaders(cors, origin, true)).toEqual({});
  },
);

it('allows every origin where the framework does by default', () => {
  const open = corsOf(true);
  expect(open && corsHeaders(open, 'http://a.example', false)).toEqual({
    'access-control-allow-origin': '*',
  });
  expect(corsOf(undefined)).toBeUndefined();
});
