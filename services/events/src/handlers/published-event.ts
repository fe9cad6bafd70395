import { logger, metrics } from '../../../../shared/logger.ts';
import type { ShopEvent } from '../domain/shop-event.ts';

/**
 * Logs an event that a request led to, and counts what it means to the business. It is told of each publication, so that
 * an event which is published twice is counted twice.
 */
export function tellOfEvent({ type, eventId, correlationId, data }: ShopEvent): void {
  // The others are many: each row of an imported file is one.
  if (correlationId !== eventId) {
    logger.info('An event is published.', { type, eventId, correlationId, orderId: data.id });
  }
  if (type === 'OrderPlaced') metrics.addMetric('OrdersPlaced', 'Count', 1);
  if (type === 'OrderFailed') {
    metrics.singleMetric().addDimension('reason', String(data.reason)).addMetric('OrdersFailed', 'Count', 1);
  }
  if (type === 'OrderCompleted') {
    const { amount, currency } = data.total as { amount: number; currency: string };
    metrics.addMetric('OrdersCompleted', 'Count', 1);
    metrics.singleMetric().addDimension('currency', currency).addMetric('RevenueCaptured', 'None', amount);
  }
}
