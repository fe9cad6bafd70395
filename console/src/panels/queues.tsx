import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useAction } from '../action.ts';
import type { QueueMessage, RedriveReport } from '../api.ts';
import type { Queue } from '../frame.ts';
import type { Model } from '../model.ts';
import { Problem } from '../problem.tsx';
import { isDeadLetterQueue } from '../state.ts';

export function QueuesPanel({ model }: { readonly model: Model }) {
  const { queues } = model.state.value;
  const dead = queues.filter((queue) => isDeadLetterQueue(queue, queues));
  const others = queues.filter((queue) => !dead.includes(queue));
  return (
    <>
      <table>
        <caption class="unseen">Queues</caption>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col" class="number">
              Waiting
            </th>
            <th scope="col" class="number">
              In flight
            </th>
          </tr>
        </thead>
        <tbody>
          {others.map(({ name, visible, inFlight, delayed }) => (
            <tr key={name}>
              <th scope="row" class="id">
                {name}
              </th>
              <td class="number">{visible + delayed}</td>
              <td class="number">{inFlight}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Dead letters</h3>
      <ul class="plain">
        {dead.map((queue) => (
          <DeadLetters key={queue.name} model={model} queue={queue} />
        ))}
      </ul>
    </>
  );
}

function DeadLetters({ model, queue }: { readonly model: Model; readonly queue: Queue }) {
  const { name, visible, inFlight } = queue;
  const messages = useSignal<readonly QueueMessage[]>([]);
  const action = useAction(model);
  const depth = visible + inFlight;
  useEffect(() => {
    if (depth === 0) messages.value = [];
    else
      void model.api.messages(name).then(
        (found) => {
          messages.value = found;
        },
        () => undefined,
      );
  }, [depth]);

  const redrive = (messageId?: string) =>
    action.run(async () => saidOf(await model.api.redrive(name, messageId)));
  return (
    <li class={depth > 0 ? 'dead' : ''}>
      <div class="row">
        <span class="id">{name}</span>
        <span class={`badge ${depth > 0 ? 'bad' : 'quiet'}`}>
          {depth === 0 ? 'empty' : depth === 1 ? '1 message' : `${depth} messages`}
        </span>
        {depth > 0 && (
          <button type="button" disabled={action.isBusy.value} onClick={() => redrive()}>
            Redrive all<span class="unseen"> of {name}</span>
          </button>
        )}
      </div>
      <Problem text={action.problem} />
      {messages.value.map(({ id, body }) => (
        <details key={id}>
          <summary>
            <span class="id">{id}</span>
          </summary>
          <pre>{readable(body)}</pre>
          <button type="button" disabled={action.isBusy.value} onClick={() => redrive(id)}>
            Redrive this one
          </button>
        </details>
      ))}
    </li>
  );
}

/** @throws Error with the reason when a message stayed */
function saidOf({ redriven, failed }: RedriveReport): string {
  const [first] = failed;
  if (first) throw new Error(`${failed.length} stayed: ${first.reason}`);
  return redriven === 1 ? '1 message went back.' : `${redriven} messages went back.`;
}

function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
