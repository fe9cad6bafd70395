import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { messageOf } from '../offline/errors.ts';
import { openCloud } from './demo/cloud.ts';
import { books } from './demo/steps/books.ts';
import { items } from './demo/steps/items.ts';
import { links } from './demo/steps/links.ts';
import { declined, flaky, paid, refunded } from './demo/steps/orders.ts';
import { repeated } from './demo/steps/repeated.ts';
import { running } from './demo/steps/running.ts';
import { upload } from './demo/steps/upload.ts';
import { type Check, tellStory } from './demo/story.ts';
import { openWorld } from './demo/world.ts';
import { jsonWriter, textWriter } from './demo/writers.ts';

const HELP = `Shows the shop at work: an import, an order that succeeds, others that fail, retry and are refunded, and the books.

  npm run demo -- [options]

  --fast   places three orders at once, and undoes the one that is refunded by hand after its first failure, where the
           Retry of the workflow waits for 25 s on average
  --json   prints one JSON object for each step, and nothing else, to standard output; npm adds two lines of its own,
           but for npm run --silent
  --help   shows this text

It takes place in the local cloud that runs, which stays, or in one that it starts for itself, and ends. All that it
makes has a name of its own, so that it may be run again. For one order it makes updateInventory fail, which other
orders in the same cloud meet as well. It ends with 0 when everything was as it has to be, with 1 when not, and with
130 when it is interrupted.
`;

const STEPS = [running, items, upload, paid, declined, flaky, refunded, repeated, books, links];
const print = (line: string) => console.log(line);

interface Options {
  readonly fast?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Answers whether everything was as it has to be. */
async function demo({ fast: isFast = false, json: isJson = false }: Options, signal: AbortSignal) {
  const cloud = await openCloud(join(import.meta.dirname, '..'), () => {
    if (!isJson) print('No local cloud is running: starting one, which takes some seconds …');
  });
  try {
    signal.throwIfAborted();
    const run = randomUUID().slice(0, 8);
    const world = await openWorld({
      ...{ endpoints: cloud.endpoints, isOwnCloud: cloud.isOwn, isFast, run, signal },
    });
    try {
      const writer = isJson ? jsonWriter(print) : textWriter(print);
      const checks = await tellStory(STEPS, world, { writer, now: () => performance.now(), signal });
      return conclude(checks, isJson);
    } finally {
      world.close();
    }
  } finally {
    await cloud.stop();
  }
}

function conclude(checks: readonly Check[], isJson: boolean): boolean {
  const failed = checks.filter(({ held }) => !held);
  for (const { claim, detail } of failed) console.error(`Did not hold: ${claim}: ${detail}`);
  if (!isJson && failed.length === 0) print(`\n${styleText('green', `All ${checks.length} checks held.`)}`);
  return failed.length === 0;
}

const interrupted = new AbortController();
const interrupt = () => interrupted.abort(new Error('Interrupted.'));
process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
// Who reads only the first lines, as `head` does, wants no more.
process.stdout.on('error', interrupt);

try {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { fast: flag, json: flag, help: flag } });
  if (values.help) process.stdout.write(HELP);
  else if (!(await demo(values, interrupted.signal))) process.exitCode = 1;
} catch (error) {
  // What else failed then is owed to the interruption, which also reaches a cloud of our own from the terminal.
  console.error(messageOf(interrupted.signal.aborted ? interrupted.signal.reason : error));
  process.exitCode = 1;
}
if (interrupted.signal.aborted) process.exitCode = 130;
