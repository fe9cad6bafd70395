import { outcome } from '../rehearse/rehearsal.ts';
import { isOver, type Moment, momentsOf } from './journey.ts';
import type { Telling } from './story.ts';
import type { World } from './world.ts';
import { seconds } from './writers.ts';

/**
 * Says what happens in the workflow of an order as it happens, up to its end, or up to the moment that is awaited.
 * Answers all moments so far.
 *
 * @throws Error when nothing new happens for a minute
 */
export async function follow(
  { history, signal }: World,
  { say }: Telling,
  orderId: string,
  isAwaited: (moment: Moment) => boolean = () => false,
): Promise<Moment[]> {
  for (let said = 0; ; ) {
    const { moments, isEnded } = await outcome(`the next state of order ${orderId}`, signal, async () => {
      const events = await history(orderId);
      const seen = { moments: momentsOf(events), isEnded: isOver(events) };
      return { seen, done: seen.isEnded || seen.moments.length > said };
    });
    for (const moment of moments.slice(said)) {
      const line = lineOf(moment);
      if (line) say(line);
    }
    said = moments.length;
    if (isEnded || moments.some(isAwaited)) return moments;
  }
}

const WIDTH = 'ParallelProcessing'.length;
const since = (milliseconds: number) => `+${seconds(milliseconds)}`.padStart(9);

/** That a state was entered is told when it is left, in the same line. */
function lineOf(moment: Moment): string | undefined {
  const { at, state } = moment;
  const name = state.padEnd(WIDTH);
  switch (moment.kind) {
    case 'entered':
      return undefined;
    case 'left':
      return `${since(at - moment.milliseconds)} → ${since(at)}  ${name}  ${String(moment.milliseconds).padStart(5)} ms`;
    case 'failed':
      return `${''.padStart(11)} ${since(at)}  ${name}  fails: ${moment.error}`;
    case 'retried':
      return `${''.padStart(11)} ${since(at)}  ${name}  is tried again after ${seconds(moment.waited)}`;
  }
}
