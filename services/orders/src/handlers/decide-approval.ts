import { documents } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { type HttpRequest, type HttpResponse, httpHandler } from '../../../../shared/middleware/http.ts';
import { approvalsTable } from '../adapters/approvals-table.ts';
import { stepFunctions, waitingTasks } from '../adapters/order-workflow.ts';
import { ordersTable } from '../adapters/orders-table.ts';
import { type DecideApprovalDependencies, type Decision, decideApproval } from '../domain/approve-order.ts';
import { approvalContract } from './contracts.ts';
import { customerOf } from './customer.ts';

type ApprovalRequest = HttpRequest<{ id: string }, undefined, { decision: Decision }>;

export const respondWith =
  (dependencies: DecideApprovalDependencies) =>
  async (request: ApprovalRequest): Promise<HttpResponse> => {
    const { decision } = request.body;
    await decideApproval(dependencies, {
      orderId: request.path.id,
      decision,
      decidedBy: customerOf(request),
    });
    return { status: 204 };
  };

const { ORDERS_TABLE } = readEnv(['ORDERS_TABLE']);
const database = { documents, ordersTable: ORDERS_TABLE };

export const handler = httpHandler(
  approvalContract,
  respondWith({
    orders: ordersTable(database),
    approvals: approvalsTable(database),
    workflow: waitingTasks(stepFunctions),
    now: () => new Date(),
  }),
);
