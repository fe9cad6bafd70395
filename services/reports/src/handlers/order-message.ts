import * as z from 'zod/mini';
import { orderCompleted, orderFailed, orderPlaced } from '../../../../shared/events/order-events.ts';
import { inShape, jsonInShape } from '../../../../shared/middleware/shape.ts';
import type { OrderNews, RecordedLine } from '../domain/recorded-order.ts';

/** What a rule of EventBridge puts into a queue. */
const envelope = z.object({
  'detail-type': z.enum([orderPlaced.type, orderCompleted.type, orderFailed.type]),
  detail: z.unknown(),
});

/** The fields that differ between the events are optional here, each contract having been checked before. */
interface EventData {
  readonly id: string;
  readonly placedAt: string;
  readonly lines: readonly {
    readonly itemId: string;
    readonly quantity: number;
    readonly name?: string | undefined;
    readonly category?: string | undefined;
    readonly unitPrice?: EventMoney | undefined;
  }[];
  readonly total?: EventMoney | undefined;
  readonly reason?: string | undefined;
}
interface EventMoney {
  readonly amount: number;
  readonly currency: string;
}

const kinds = {
  OrderPlaced: { contract: orderPlaced, status: 'PLACED' },
  OrderCompleted: { contract: orderCompleted, status: 'COMPLETE' },
  OrderFailed: { contract: orderFailed, status: 'FAILED' },
} as const;

/** What a message of the queue says of an order; who placed it stays behind. @throws InvalidInput */
export function orderIn(body: string): OrderNews {
  const { 'detail-type': type, detail } = jsonInShape(envelope, body, 'The message');
  const { contract, status } = kinds[type as keyof typeof kinds];
  const { metadata, data } = inShape<{
    metadata: { occurredAt: string; correlationId: string };
    data: EventData;
  }>(contract.detail, detail, `The event ${type}`);
  return {
    id: data.id,
    correlationId: metadata.correlationId,
    status,
    reason: data.reason,
    placedAt: data.placedAt,
    endedAt: status === 'PLACED' ? undefined : metadata.occurredAt,
    total: money(data.total),
    lines: data.lines.map(lineOf),
  };
}

const lineOf = ({
  itemId,
  name,
  category = '',
  quantity,
  unitPrice,
}: EventData['lines'][number]): RecordedLine => ({
  itemId,
  name,
  category,
  quantity,
  unitPrice: money(unitPrice),
});

const money = (given: EventMoney | undefined) =>
  given && { amount: BigInt(given.amount), currency: given.currency };
