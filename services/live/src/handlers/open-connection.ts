import { type ConnectionAnswer, type ConnectionEvent, connectionHandler } from './connection-event.ts';
import { offeredProtocols, PROTOCOL } from './messages.ts';

/**
 * A client that offers protocols is told which one it is, or browsers end the connection; one that offers none, since
 * it sends its token in a header, is not.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
 */
export async function respond({ headers }: Pick<ConnectionEvent, 'headers'>): Promise<ConnectionAnswer> {
  const offered = offeredProtocols(headers);
  if (offered.length === 0) return { statusCode: 200 };
  return offered.includes(PROTOCOL)
    ? { statusCode: 200, headers: { 'Sec-WebSocket-Protocol': PROTOCOL } }
    : { statusCode: 400 };
}

export const handler = connectionHandler(respond);
