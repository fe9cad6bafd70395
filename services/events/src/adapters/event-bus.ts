import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { allEvents } from '../../../../shared/events/all-events.ts';
import { inShape } from '../../../../shared/middleware/shape.ts';
import type { EventBus, Refusal } from '../domain/publish-changes.ts';
import type { ShopEvent } from '../domain/shop-event.ts';

/** The EventBridge client of a function instance. To publish an event a second time harms nobody. */
export const eventBridge = new EventBridgeClient({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

/** What one call takes. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;

interface Prepared {
  readonly event: ShopEvent;
  readonly entry: PutEventsRequestEntry;
}

/** The bus `busName`, which takes only what the contract of the event's type lets through. */
export function eventBus(client: Pick<EventBridgeClient, 'send'>, busName: string): EventBus {
  /** A bus that does not answer a call is not asked on. */
  async function put(batches: readonly (readonly Prepared[])[]): Promise<Refusal[]> {
    const refusals: Refusal[] = [];
    for (const [index, batch] of batches.entries()) {
      try {
        const command = new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) });
        const { Entries = [] } = await client.send(command);
        for (const [position, { event }] of batch.entries()) {
          const { EventId, ErrorCode, ErrorMessage } = Entries[position] ?? {};
          if (!EventId) refusals.push({ event, cause: new Error(`${ErrorCode}: ${ErrorMessage}`) });
        }
      } catch (cause) {
        refusals.push(
          ...batches
            .slice(index)
            .flat()
            .map(({ event }) => ({ event, cause })),
        );
        break;
      }
    }
    return refusals;
  }

  return {
    async publish(events) {
      const prepared: Prepared[] = [];
      const refusals: Refusal[] = [];
      for (const event of events) {
        try {
          prepared.push({ event, entry: entryOf(event, busName) });
        } catch (cause) {
          refusals.push({ event, cause });
        }
      }
      return [...refusals, ...(await put(inBatches(prepared)))];
    },
  };
}

/** @throws InvalidInput when it is not what its contract says */
function entryOf(event: ShopEvent, busName: string): PutEventsRequestEntry {
  const { type, eventId, occurredAt, correlationId, data } = event;
  const { source, detail } = allEvents[type];
  const content = inShape<unknown>(
    detail,
    { metadata: { eventId, occurredAt, correlationId, version: 1 }, data },
    `The event ${type}`,
  );
  return {
    EventBusName: busName,
    Source: source,
    DetailType: type,
    Detail: JSON.stringify(content),
    Time: new Date(occurredAt),
  };
}

function inBatches(prepared: readonly Prepared[]): Prepared[][] {
  const batches: Prepared[][] = [];
  let bytes = 0;
  for (const one of prepared) {
    const size = sizeOf(one.entry);
    const current = batches.at(-1);
    if (current && current.length < MAX_ENTRIES && bytes + size < MAX_BYTES) {
      current.push(one);
      bytes += size;
    } else {
      batches.push([one]);
      bytes = size;
    }
  }
  return batches;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/calculate-putevents-entry-size.html */
function sizeOf({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  return 14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}
