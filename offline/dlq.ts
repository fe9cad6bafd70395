import { parseArgs } from 'node:util';
import type { RedriveReport } from './control/redrive.ts';
import { runningEndpoints, stateFolder } from './endpoints.ts';
import { fail, messageOf } from './errors.ts';
import { table } from './log.ts';

const HELP = `Shows and empties the dead-letter queues of the running local cloud.

  npm run dlq                                         lists them with their messages
  npm run dlq -- redrive <queue>                      brings all messages back to where they failed
  npm run dlq -- redrive <queue> --message <id>       brings one back
`;

interface Queue {
  readonly name: string;
  readonly arn: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly deadLetterTargetArn?: string;
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly sent_at: number;
  readonly receive_count: number;
}

const SHOWN_CHARACTERS = 200;

try {
  const { values, positionals } = parseArgs({
    options: { message: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [command = 'list', queue] = positionals;
  if (values.help) process.stdout.write(HELP);
  else if (command === 'list') await list();
  else if (command === 'redrive' && queue) await redrive(queue, values.message);
  else fail(`npm run dlq -- ${positionals.join(' ')} means nothing. --help shows what does.`);
} catch (error) {
  fail(messageOf(error));
}

/** Queues that others name as theirs, and those that hold what functions and rules gave up. */
async function list(): Promise<void> {
  const queues = await control<Queue[]>('GET', 'queues');
  const targets = new Set(queues.map(({ deadLetterTargetArn }) => deadLetterTargetArn));
  const deadLetterQueues = queues.filter(
    ({ name, arn }) => targets.has(arn) || /dlq|dead-?letter|failure/i.test(name),
  );
  if (deadLetterQueues.length === 0) console.log('There are no dead-letter queues.');
  for (const { name, visible, inFlight } of deadLetterQueues) {
    console.log(`${name}: ${visible} waiting, ${inFlight} in flight`);
    if (visible + inFlight === 0) continue;
    const messages = await control<Message[]>('GET', `queues/${encodeURIComponent(name)}/messages`);
    console.log(
      table(
        messages.map(({ id, body, sent_at, receive_count }) => [
          `${id}  ${new Date(sent_at).toISOString()}  received ${receive_count}×`,
          body.length > SHOWN_CHARACTERS ? `${body.slice(0, SHOWN_CHARACTERS)}…` : body,
        ]),
      ),
    );
  }
}

async function redrive(queue: string, messageId: string | undefined): Promise<void> {
  const { redriven, failed } = await control<RedriveReport>(
    'POST',
    `queues/${encodeURIComponent(queue)}/redrive`,
    { messageId },
  );
  console.log(`${redriven} redriven, ${failed.length} left`);
  for (const { messageId: id, reason } of failed) console.error(`  ${id}: ${reason}`);
  if (failed.length > 0) process.exitCode = 1;
}

async function control<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const { aws } = await runningEndpoints(stateFolder('.'));
  const response = await fetch(`${aws}/_local/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer & { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `The local cloud answers ${response.status}.`);
  return answer;
}
