import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Services whose errors are XML without an envelope, as S3's are. */
const REST_XML = new Set(['s3', 'cloudfront', 'route53']);

/** An error in the protocol that the caller's SDK reads; 501 is no status that an SDK retries. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: { service: string; code: string; message: string; status?: number },
): void {
  const { service, code, message, status = 501 } = error;
  const requestId = randomUUID();
  const isQuery = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  if (REST_XML.has(service)) {
    answer(
      'application/xml',
      `<Error>${elements({ Code: code, Message: message, RequestId: requestId })}</Error>`,
    );
  } else if (isQuery) {
    const inner = elements({ Type: 'Sender', Code: code, Message: message });
    answer(
      'text/xml',
      `<ErrorResponse><Error>${inner}</Error>${elements({ RequestId: requestId })}</ErrorResponse>`,
    );
  } else {
    response.setHeader('x-amzn-errortype', code);
    answer('application/x-amz-json-1.0', JSON.stringify({ __type: code, message }));
  }

  function answer(contentType: string, body: string): void {
    response.writeHead(status, { 'content-type': contentType, 'x-amzn-requestid': requestId }).end(body);
  }
}

function elements(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => `<${name}>${escapeText(value)}</${name}>`)
    .join('');
}

const escapeText = (value: string) =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
