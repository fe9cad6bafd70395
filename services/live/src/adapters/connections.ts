import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { DependencyFailed } from '../../../../shared/errors.ts';
import type { Connections } from '../domain/push-statuses.ts';

/** A client of the connections of the WebSocket API at `url`, which is given as clients connect to it: `wss://…`. */
export const connectionsClient = (url: string) =>
  new ApiGatewayManagementApiClient({
    endpoint: url.replace(/^ws/, 'http'),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });

/** Pushes statuses as messages `order.status`. */
export const connections = (client: Pick<ApiGatewayManagementApiClient, 'send'>): Connections => ({
  async push(connectionId, status) {
    try {
      const Data = JSON.stringify({ type: 'order.status', ...status });
      await client.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
      return true;
    } catch (cause) {
      if (cause instanceof GoneException) return false;
      throw new DependencyFailed('API Gateway has not taken a message for a connection.', { cause });
    }
  },
});
