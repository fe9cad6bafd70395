import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { parsed } from '../../aws/operation.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { isRecord } from '../../cloudformation/template.ts';
import { irrelevant } from '../../declaration.ts';

/** What a publisher says of an event. */
export interface EventDetails {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly resources?: readonly string[] | undefined;
  /** In milliseconds since 1970. */
  readonly time: number;
}

/** An event as rules match it and targets get it. */
export function newEvent(region: string, details: EventDetails) {
  const { source, detailType, detail, resources = [], time } = details;
  return {
    version: '0',
    id: randomUUID() as string,
    'detail-type': detailType,
    source,
    account: ACCOUNT_ID,
    time: timeText(time),
    region,
    resources,
    detail,
  };
}

export type Event = ReturnType<typeof newEvent>;

export const timeText = (time: number) => new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');

const MAX_REQUEST_BYTES = 1024 * 1024;
const LAST_SECOND = 253_402_300_799;

const entrySchema = z.strictObject({
  Time: z.union([z.number().min(0).max(LAST_SECOND), z.iso.datetime({ offset: true })]).optional(),
  Source: z.string().default(''),
  DetailType: z.string().default(''),
  Detail: z.string().default(''),
  Resources: z.array(z.string().max(2_048)).optional(),
  EventBusName: z.string().max(1_600).optional(),
  TraceHeader: irrelevant,
});

export const putEventsSchema = z.strictObject({ Entries: z.array(entrySchema).min(1).max(10) });

export type Entry = z.output<typeof entrySchema>;

/** @throws AwsError ValidationException when the entries are too large, counted as eb-putevents.html says */
export function checkSize(entries: readonly Entry[]): void {
  const sizes = entries.map(({ Time, Source, DetailType, Detail, Resources = [] }) => {
    const texts = [Source, DetailType, Detail, ...Resources];
    return (Time === undefined ? 0 : 14) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  });
  if (sizes.reduce((sum, size) => sum + size, 0) < MAX_REQUEST_BYTES) return;
  throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
}

/** @throws AwsError with the code and message that the entry fails with */
export function detailsOf(entry: Entry, now: number): EventDetails {
  const { Source: source, DetailType: detailType, Resources: resources, Time = now / 1_000 } = entry;
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (entry[name] === '') throw invalidArgument(name, `${name} is a required argument`);
  }
  if (detailType.length > 128) throw invalidArgument('DetailType', 'it has more than 128 characters');
  if (source.startsWith('aws.')) {
    throw new AwsError('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  const detail = parsed(entry.Detail);
  if (!isRecord(detail)) throw new AwsError('MalformedDetail', 'Detail is malformed.');
  const time = typeof Time === 'number' ? Time * 1_000 : Date.parse(Time);
  return { source, detailType, detail, resources, time };
}

const invalidArgument = (name: string, reason: string) =>
  new AwsError('InvalidArgument', `Parameter ${name} is not valid. Reason: ${reason}.`);
