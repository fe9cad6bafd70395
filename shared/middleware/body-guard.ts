import type { MiddlewareObj } from '@middy/core';
import { InvalidInput, TooLarge, UnsupportedMediaType } from '../errors.ts';
import type { HttpEvent } from './http-event.ts';

const MAX_BODY_BYTES = 256 * 1024;

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Lets through bodies of the given media types that are text in UTF-8 of at most 256 KB, decoded; parsing comes after.
 *
 * The gateway hands over a body that it does not take for text in base64. One that it did take for text and that
 * was no valid UTF-8 arrives with U+FFFD in place of what was lost, so that character is refused too: storing it
 * would store the damage.
 */
export function bodyGuard(mediaTypes: readonly string[] = ['application/json']): MiddlewareObj<HttpEvent> {
  return {
    before: ({ event }) => {
      if (!mediaTypes.includes(mediaTypeOf(event.headers['content-type']))) {
        throw new UnsupportedMediaType(`The body must be ${mediaTypes.join(' or ')} in UTF-8.`);
      }
      const { body = '', isBase64Encoded } = event;
      if (typeof body !== 'string') throw new InvalidInput('The body must be text.');
      if (body === '') throw new InvalidInput('The body is empty.');

      if (isBase64Encoded) {
        if (!base64.test(body)) throw new InvalidInput('The body is not valid base64.');
        event.body = decode(Buffer.from(body, 'base64'));
        event.isBase64Encoded = false;
        return;
      }
      if (Buffer.byteLength(body) > MAX_BODY_BYTES) throw tooLarge();
      if (body.includes('\uFFFD')) throw notUtf8();
    },
  };
}

/** The media type without parameters, or nothing when a parameter names another encoding than UTF-8. */
function mediaTypeOf(contentType = ''): string {
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const isUtf8 = parameters.every(
    (parameter) => !/^charset\s*=/.test(parameter) || /=\s*"?utf-8"?$/.test(parameter),
  );
  return isUtf8 ? type : '';
}

function decode(bytes: Buffer): string {
  if (bytes.byteLength > MAX_BODY_BYTES) throw tooLarge();
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw notUtf8(error);
  }
}

const tooLarge = () => new TooLarge('The body is larger than 256 KB.');
const notUtf8 = (cause?: unknown) => new InvalidInput('The body is not valid UTF-8.', [], { cause });

/**
 * A JSON reviver that refuses the keys by which a plain object reaches its prototype. The body parser itself
 * refuses `__proto__`.
 */
export function refuseForbiddenKeys(key: string, value: unknown): unknown {
  if (key === 'constructor' || key === 'prototype') {
    throw new ForbiddenKey(key);
  }
  return value;
}

/** `statusCode` makes the body parser pass the error on as it is. */
class ForbiddenKey extends InvalidInput {
  readonly statusCode = 400;

  constructor(key: string) {
    super(`The body has the forbidden key "${key}".`);
  }
}
