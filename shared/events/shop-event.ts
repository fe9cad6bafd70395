import * as z from 'zod/mini';
import { correlationId, time } from '../schemas.ts';

const metadata = z.object({
  eventId: z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(128),
      z.meta({ description: 'the same each time that this event is published: consumers deduplicate by it' }),
    ),
  occurredAt: time().check(z.meta({ description: 'when it happened, not when it was published' })),
  correlationId: correlationId.check(
    z.meta({ description: 'of the request that led to it; `eventId` when there was none' }),
  ),
  version: z.literal(1).check(z.meta({ description: 'of this contract; added fields do not change it' })),
});

type Metadata = z.output<typeof metadata>;

/** What a producer promises of one kind of event, and what its consumers read it by. */
export interface EventContract<Data = unknown> {
  /** The part of the shop that it comes from: the `source` of a rule's pattern. */
  readonly source: 'shop.items' | 'shop.orders';
  /** The `detail-type` of a rule's pattern. */
  readonly type: string;
  /** One sentence for the documentation. */
  readonly about: string;
  /** The shape of `detail`. What it does not name is dropped: a producer publishes no more, a consumer reads no more. */
  readonly detail: z.ZodMiniType<{ readonly metadata: Metadata; readonly data: Data }>;
}

/** The contract of events with this data. */
export function shopEvent<Data>(
  { source, type, about }: Omit<EventContract, 'detail'>,
  data: z.ZodMiniType<Data>,
): EventContract<Data> {
  return { source, type, about, detail: z.object({ metadata, data }) };
}
