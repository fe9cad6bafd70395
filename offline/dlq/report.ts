import { table } from '../log.ts';
import { type DeadLetter, originOf } from './dead-letter.ts';
import type { DeadLetterQueue } from './dead-letter-queues.ts';
import { reasonOf } from './reason.ts';
import { wayBack } from './way-back.ts';

const LINE_CHARACTERS = 200;

/** A queue with some of its messages, oldest first; `now` in milliseconds since the epoch. */
export function queueReport(queue: DeadLetterQueue, letters: readonly DeadLetter[], now: number): string {
  const { name, waiting, inFlight } = queue;
  const more = waiting + inFlight - letters.length;
  const oldest = letters[0] && ageOf(letters[0], now);
  // What has not been seen may be older in a queue without an order.
  const age = oldest ? `, the oldest for ${more > 0 ? 'at least ' : ''}${oldest}` : '';
  return [
    `${name}: ${waiting} waiting, ${inFlight} in flight${age}`,
    ...letters.flatMap((letter) => [
      `  ${letter.MessageId}  ${ageOf(letter, now)} old, received ${letter.Attributes?.ApproximateReceiveCount}×`,
      `    from     ${wayBack(originOf(letter)).from}`,
      `    reason   ${oneLine(reasonOf(letter))}`,
      `    message  ${oneLine(summaryOf(letter))}`,
    ]),
    ...(letters.length > 0 && more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

/** Everything that there is to know of a message. */
export function letterReport(queue: DeadLetterQueue, letter: DeadLetter, now: number): string {
  const { Attributes = {}, MessageAttributes = {} } = letter;
  const { from, to, obstacle } = wayBack(originOf(letter));
  const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]): [string, string] => [
    name,
    StringValue ?? '(binary)',
  ]);
  const known: [string, string][] = [
    ['message', letter.MessageId ?? ''],
    ['queue', queue.arn],
    ['sent', `${new Date(Number(Attributes.SentTimestamp)).toISOString()}, ${ageOf(letter, now)} ago`],
    ['received', `${Attributes.ApproximateReceiveCount}×`],
    ['from', from],
    ['reason', reasonOf(letter)],
    ['way back', to ?? `none: ${obstacle}`],
  ];
  const lines = (rows: readonly [string, string][]) =>
    table(rows.map(([name, value]) => [oneLine(name), printable(value)]));
  return [
    lines(known),
    ...(attributes.length > 0 ? ['', 'Attributes', lines(attributes)] : []),
    '',
    printable(pretty(letter.Body ?? '')),
  ].join('\n');
}

/** What a redrive of these messages would do, of how many there are; several that go one way are one line. */
export function planReport(queue: DeadLetterQueue, letters: readonly DeadLetter[], all: number): string {
  const counts = new Map<string, number>();
  for (const letter of letters) {
    const { to, obstacle } = wayBack(originOf(letter));
    const line = to ? `to ${to}` : `nowhere: ${obstacle}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const more = all - letters.length;
  return [
    `A redrive of ${queue.arn} brings`,
    ...[...counts].map(([line, count]) => `  ${count} ${line}`),
    ...(more > 0 ? [`  ${more} more, which have not been looked at, to where they came from`] : []),
  ].join('\n');
}

function ageOf({ Attributes }: DeadLetter, now: number): string {
  const seconds = Math.max(0, Math.round((now - Number(Attributes?.SentTimestamp)) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function summaryOf(letter: DeadLetter): string {
  const origin = originOf(letter);
  if (origin.kind === 'stream') {
    const { batchSize, startSequenceNumber } = origin.batch;
    return `${batchSize} record${batchSize === 1 ? '' : 's'} from ${startSequenceNumber}`;
  }
  return origin.kind === 'invocation' ? JSON.stringify(origin.payload) : (letter.Body ?? '');
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function oneLine(text: string): string {
  const line = printable(text).replace(/\s+/g, ' ').trim();
  return line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line;
}

/** A message may come from anywhere: nothing in it gives orders to the terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\t\n]/gu, '\u{FFFD}');
}
