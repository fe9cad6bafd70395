import { parseArgs } from 'node:util';
import { confirm } from './dlq/confirm.ts';
import type { DeadLetterQueue, DeadLetterQueues } from './dlq/dead-letter-queues.ts';
import { localQueues } from './dlq/local-queues.ts';
import { letterReport, planReport, queueReport } from './dlq/report.ts';
import { stateFolder } from './endpoints.ts';
import { fail, messageOf } from './errors.ts';

const HELP = `Shows and empties dead-letter queues: those of the running local cloud, or of a deployed stage.

  npm run dlq                                  lists them, with messages and why they are there
  npm run dlq -- show <queue> <message id>     shows one message whole
  npm run dlq -- redrive <queue>               brings messages back to where they failed

  --stage <stage>     the queues of a deployed stage, with the AWS credentials and the region of the environment
  --limit <n>         how many messages of a queue are listed, 1 to 100 (default: 10)
  --message <id>      of a redrive: only this message
  --dry-run           of a redrive: only says what it would do
  --yes               of a redrive: does not ask

A message is deleted from its queue when it has arrived; it may arrive twice when a redrive is interrupted. SQS moves
messages of a queue back by itself. Events go to their function again, and changes are read from the stream again, which
keeps them for a day. Where a message does not say where it came from, it stays.

To look at a message of a deployed queue is to receive it and to give it back at once: SQS counts that as a receive, and
nobody else sees the message meanwhile. The local cloud counts no looks.
`;

const MOST_LISTED = 100;
const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const interrupted = new AbortController();

interface Options {
  readonly message?: string | undefined;
  readonly 'dry-run'?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

// Who reads only the first lines, as `head` does, has what they want.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  const { values, positionals } = parseArgs({
    options: { stage: text, limit: text, message: text, 'dry-run': flag, yes: flag, help: flag },
    allowPositionals: true,
  });
  if (values.help) process.stdout.write(HELP);
  else await run(positionals, values);
} catch (error) {
  if (!interrupted.signal.aborted) fail(messageOf(error));
  console.error(messageOf(error));
}
if (interrupted.signal.aborted) process.exitCode = 130;

async function run(
  [command = 'list', ...names]: readonly string[],
  { stage, limit = '10', ...options }: Options & { readonly stage?: string; readonly limit?: string },
): Promise<void> {
  const [name, id] = names;
  if (!/^[1-9]\d?$|^100$/.test(limit))
    throw new Error(`--limit ${limit}: a whole number from 1 to 100 is expected.`);
  if (command === 'redrive' && name && names.length === 1) {
    await redrive(await queuesOf(stage), name, options);
    return;
  }
  const [misplaced] = Object.keys(options);
  if (misplaced) throw new Error(`--${misplaced} is for redrive.`);
  if (command === 'list' && names.length === 0) await list(await queuesOf(stage), Number(limit));
  else if (command === 'show' && name && id && names.length === 2)
    await show(await queuesOf(stage), name, id);
  else
    throw new Error(`npm run dlq -- ${[command, ...names].join(' ')} means nothing. --help shows what does.`);
}

/** SDKs take their time to load, so that only who asks for a stage waits for them. */
async function queuesOf(stage: string | undefined): Promise<DeadLetterQueues> {
  if (stage === undefined) return localQueues(stateFolder('.'));
  // Messages in hand are given back before the end.
  process.once('SIGINT', () => interrupted.abort());
  const [{ awsClients }, { stageQueues }] = await Promise.all([
    import('./dlq/aws-clients.ts'),
    import('./dlq/stage-queues.ts'),
  ]);
  return stageQueues(stage, awsClients(), interrupted.signal);
}

async function list(queues: DeadLetterQueues, limit: number): Promise<void> {
  const found = await queues.list();
  if (found.length === 0) console.log('There are no dead-letter queues.');
  for (const queue of found) console.log(queueReport(queue, await queues.look(queue, limit), Date.now()));
}

async function show(queues: DeadLetterQueues, name: string, id: string): Promise<void> {
  const queue = await queueNamed(queues, name);
  const letter = await queues.find(queue, id);
  if (!letter) throw new Error(`There is no message ${id} among the first of ${name}.`);
  console.log(letterReport(queue, letter, Date.now()));
}

async function redrive(queues: DeadLetterQueues, name: string, options: Options): Promise<void> {
  const { message, 'dry-run': isDryRun = false, yes: isSure = false } = options;
  const queue = await queueNamed(queues, name);
  const isAsked = !isSure && !isDryRun;
  if (isAsked && !process.stdin.isTTY) {
    throw new Error('There is no terminal to ask on: give --yes, or --dry-run to see what would be done.');
  }
  const found = message === undefined ? undefined : await queues.find(queue, message);
  if (message !== undefined && !found)
    throw new Error(`There is no message ${message} among the first of ${name}.`);
  const letters = found ? [found] : await queues.look(queue, MOST_LISTED);
  if (letters.length === 0) {
    console.log(`${name} has no messages that could be received.`);
    return;
  }
  console.log(planReport(queue, letters, found ? 1 : queue.waiting));
  const { aborted } = interrupted.signal;
  if (isDryRun || aborted || (isAsked && !(await confirm('Go on?', process.stdin, process.stdout)))) {
    console.log('Nothing has been done.');
    return;
  }
  const { redriven, failed } = await queues.redrive(queue, message, letters);
  console.log(`${redriven} redriven, ${failed.length} left`);
  for (const { messageId, reason } of failed) console.error(`  ${messageId}: ${reason}`);
  if (failed.length > 0) process.exitCode = 1;
}

async function queueNamed(queues: DeadLetterQueues, name: string): Promise<DeadLetterQueue> {
  const queue = (await queues.list()).find((one) => one.name === name);
  if (queue) return queue;
  throw new Error(`There is no dead-letter queue "${name}".`);
}
