import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../offline/errors.ts';

/** Something that has to hold; `detail` says what was expected and what was seen when it does not. */
export interface Check {
  readonly claim: string;
  readonly held: boolean;
  readonly detail?: string;
}

/** What a step tells while it happens. */
export interface Telling {
  /** For people; may have several lines. */
  say(text: string): void;
  check<Value>(claim: string, expected: Value, seen: Value): void;
}

export interface Step<World> {
  readonly name: string;
  readonly title: string;
  /** Answers what programs may want to know of it. @throws Error when the story cannot go on */
  readonly run: (world: World, telling: Telling) => Promise<object>;
}

/** A step that is over. */
export interface Told {
  readonly step: string;
  readonly title: string;
  readonly milliseconds: number;
  readonly checks: readonly Check[];
  readonly data: object;
}

/** Who prints the story; one for people, one for programs. */
export interface Writer {
  begin(title: string): void;
  say(text: string): void;
  check(check: Check): void;
  end(told: Told): void;
}

/**
 * Tells the steps one after the other, up to the first that cannot go on, and answers all their checks.
 *
 * @param now milliseconds of any clock that never goes back
 * @throws the reason of the signal
 */
export async function tellStory<World>(
  steps: readonly Step<World>[],
  world: World,
  { writer, now, signal }: { writer: Writer; now: () => number; signal: AbortSignal },
): Promise<Check[]> {
  const all: Check[] = [];
  for (const { name, title, run } of steps) {
    signal.throwIfAborted();
    const checks: Check[] = [];
    const note = (check: Check) => {
      checks.push(check);
      writer.check(check);
    };
    const began = now();
    writer.begin(title);
    const data = await run(world, {
      say: (text) => writer.say(text),
      check: (claim, expected, seen) => note(compared(claim, expected, seen)),
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      note({ claim: `${name} comes to its end`, held: false, detail: messageOf(error) });
      return undefined;
    });
    writer.end({ step: name, title, milliseconds: Math.round(now() - began), checks, data: data ?? {} });
    all.push(...checks);
    if (data === undefined) break;
  }
  return all;
}

function compared(claim: string, expected: unknown, seen: unknown): Check {
  if (isDeepStrictEqual(expected, seen)) return { claim, held: true };
  const detail = `expected ${JSON.stringify(expected)}, seen ${JSON.stringify(seen)}`;
  return { claim, held: false, detail };
}
