import { dynamodb } from '../../../../shared/dynamodb.ts';
import { readEnv } from '../../../../shared/env.ts';
import { logger } from '../../../../shared/logger.ts';
import { type RowChange, streamHandler } from '../../../../shared/middleware/stream.ts';
import { sentAlerts } from '../adapters/sent-alerts.ts';
import { sns, stockAlerts } from '../adapters/stock-alerts.ts';
import { alertLowStock, type LowStockDependencies } from '../domain/low-stock.ts';

export const respondWith =
  (dependencies: LowStockDependencies<RowChange>) => (changes: readonly RowChange[]) =>
    alertLowStock(dependencies, changes);

const { STOCK_ALERTS, SENT_ALERTS_TABLE, LOW_STOCK_THRESHOLD } = readEnv([
  'STOCK_ALERTS',
  'SENT_ALERTS_TABLE',
  'LOW_STOCK_THRESHOLD',
]);

export const handler = streamHandler(
  respondWith({
    alerts: stockAlerts(sns, STOCK_ALERTS),
    once: sentAlerts(dynamodb, SENT_ALERTS_TABLE),
    threshold: Number(LOW_STOCK_THRESHOLD),
    onFailed: ({ id }, error) =>
      logger.warn('The alert of low stock was not sent.', { id, error: error as Error }),
  }),
);
