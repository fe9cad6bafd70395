import { useSignal } from '@preact/signals';
import { useAction } from '../action.ts';
import type { InvocationLines } from '../api.ts';
import { duration, timeOfDay } from '../format.ts';
import type { FunctionRun } from '../frame.ts';
import type { Model } from '../model.ts';
import { Problem } from '../problem.tsx';

/** What reads only is most of what runs, by this page for example. */
const isRead = ({ trigger }: FunctionRun) => trigger.startsWith('GET ');
const isFailure = ({ status }: FunctionRun) => (typeof status === 'number' ? status >= 500 : status !== 'ok');

export function FunctionsPanel({ model }: { readonly model: Model }) {
  const hidesReads = useSignal(true);
  const wanted = useSignal('');
  const runs = model.state.value.invocations.filter(
    (run) =>
      !(hidesReads.value && isRead(run)) && run.function.toLowerCase().includes(wanted.value.toLowerCase()),
  );
  return (
    <>
      <div class="row">
        <label>
          Function{' '}
          <input
            type="search"
            value={wanted.value}
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.value;
            }}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={hidesReads.value}
            onChange={({ currentTarget }) => {
              hidesReads.value = currentTarget.checked;
            }}
          />{' '}
          Hide GET requests
        </label>
      </div>
      {runs.length === 0 && <p class="quiet">No invocation yet.</p>}
      <ul class="plain log">
        {runs.map((run) => (
          <Run key={run.number} model={model} run={run} />
        ))}
      </ul>
    </>
  );
}

function Run({ model, run }: { readonly model: Model; readonly run: FunctionRun }) {
  const lines = useSignal<InvocationLines>();
  const action = useAction(model);
  const show = () =>
    action.run(async () => {
      lines.value ??= await model.api.lines(run.number);
      return '';
    });
  return (
    <li>
      <details onToggle={({ currentTarget }) => void (currentTarget.open && show())}>
        <summary>
          <time class="quiet" dateTime={run.at}>
            {timeOfDay(run.at)}
          </time>{' '}
          <strong>{run.function}</strong>{' '}
          <span class={`badge ${isFailure(run) ? 'bad' : 'good'}`}>{run.status}</span>{' '}
          <span class="quiet">
            {duration(run.durationMs)} · {run.trigger}
          </span>{' '}
          {run.isCold && <span class="badge quiet">cold</span>}
        </summary>
        <Problem text={action.problem} />
        {lines.value?.error && <p class="error">{lines.value.error}</p>}
        {lines.value && <pre>{lines.value.printed || 'It printed nothing.'}</pre>}
      </details>
    </li>
  );
}
