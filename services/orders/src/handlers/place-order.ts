import { ulid } from 'ulid';
import { digest } from '../../../../shared/digest.ts';
import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { logger } from '../../../../shared/logger.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { requiredRequestKeyOf } from '../../../../shared/middleware/idempotency-key.ts';
import { orderWorkflow, stepFunctions } from '../adapters/order-workflow.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import type { RequestedLine } from '../domain/order.ts';
import { type PlaceOrderDependencies, placeOrder } from '../domain/place-order.ts';
import { placeOrderContract } from './contracts.ts';
import { customerOf, shown } from './customer.ts';

interface OrderBody {
  readonly lines: readonly RequestedLine[];
  readonly payment: { readonly token: string };
}

export const respondWith =
  (dependencies: PlaceOrderDependencies) =>
  async (request: HttpRequest<undefined, undefined, OrderBody>): Promise<HttpResponse> => {
    const customerId = customerOf(request);
    const { key } = requiredRequestKeyOf(request);
    const { lines, payment } = request.body;
    const order = await placeOrder(dependencies, {
      customerId,
      lines,
      paymentToken: payment.token,
      correlationId: request.correlationId,
      request: digest([customerId, key]),
      content: digest(request.body),
    });
    return { status: 202, headers: { location: `/orders/${order.id}` }, json: shown(order) };
  };

const { ORDERS_TABLE, STATE_MACHINE_ARN } = readEnv(['ORDERS_TABLE', 'STATE_MACHINE_ARN']);

export const handler = httpHandler(
  placeOrderContract,
  respondWith({
    orders: ordersTable({ documents, ordersTable: ORDERS_TABLE }),
    workflow: orderWorkflow(stepFunctions, STATE_MACHINE_ARN),
    newId: ulid,
    now: () => new Date(),
    onStartLost: (orderId, error) =>
      logger.error('The workflow was not started: the sweep will do it.', { orderId, error: error as Error }),
  }),
);
