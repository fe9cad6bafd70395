import type { Change } from './change.ts';

/** The stock of an item has fallen below the threshold. */
export interface LowStock {
  /** Names the fall: the same each time that it is told of. */
  readonly id: string;
  readonly itemId: string;
  readonly sku: string;
  readonly name: string;
  readonly stock: number;
  readonly threshold: number;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

export interface LowStockDependencies<Kept extends Change> {
  readonly alerts: { send(alert: LowStock): Promise<void> };
  /** Does the work unless it was done under this id. @throws when another run is at it */
  readonly once: (id: string, work: () => Promise<void>) => Promise<void>;
  /** Stock below it is low. */
  readonly threshold: number;
  /** Told of an alert that could not be sent. */
  readonly onFailed: (change: Kept, error: unknown) => void;
}

/**
 * Tells of every item whose stock the changes bring from the threshold or above to below it: once per fall, however
 * often its change comes. Answers the first change whose alert is not sent.
 */
export async function alertLowStock<Kept extends Change>(
  { alerts, once, threshold, onFailed }: LowStockDependencies<Kept>,
  changes: readonly Kept[],
): Promise<Kept | undefined> {
  for (const change of changes) {
    const alert = fallOf(change, threshold);
    try {
      if (alert) await once(alert.id, () => alerts.send(alert));
    } catch (error) {
      onFailed(change, error);
      return change;
    }
  }
  return undefined;
}

function fallOf({ id, at, before, after }: Change, threshold: number): LowStock | undefined {
  const from = before?.stock;
  const stock = after?.stock;
  if (typeof from !== 'number' || typeof stock !== 'number') return undefined;
  if (from < threshold || stock >= threshold) return undefined;
  return {
    id,
    itemId: String(after?.id),
    sku: String(after?.sku),
    name: String(after?.name),
    stock,
    threshold,
    at,
  };
}
