import { duration, money, timeOfDay } from './format.ts';
import type { Model } from './model.ts';
import type { Order } from './orders.ts';
import { MARKS } from './workflow/marks.ts';
import { runOf, type StateRun, standing } from './workflow/run.ts';

export function OrderDetails({ model }: { readonly model: Model }) {
  const execution = model.execution.value;
  const history = model.history.value;
  const order = execution && model.known.value.get(execution.executionArn)?.order;
  const run = history && standing(runOf(history.history), history.status === 'RUNNING');
  return (
    <section class="card grow" aria-labelledby="details-title">
      <h2 id="details-title">Order</h2>
      {!model.selected.value && <p class="quiet">Choose an order, or place one.</p>}
      {model.selected.value && <p class="id whole">{model.selected.value}</p>}
      {order && <Summary order={order} />}
      {run && (
        <>
          <h3>Steps</h3>
          <ol class="steps">
            {run.states.map((state) => (
              <Step key={state.name} state={state} />
            ))}
          </ol>
        </>
      )}
      {order && (
        <>
          <h3>Timeline</h3>
          <ol class="timeline">
            {order.timeline.map(({ at, event, attempt, reason }) => (
              <li key={`${at}${event}${attempt}`}>
                <time class="quiet" dateTime={at}>
                  {timeOfDay(at)}
                </time>
                <span>
                  {event}
                  {attempt > 1 && <span class="quiet"> attempt {attempt}</span>}
                  {reason && <span class="quiet"> {reason}</span>}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Summary({ order }: { readonly order: Order }) {
  return (
    <dl class="summary">
      <dt>Status</dt>
      <dd>
        {order.status}
        {order.reason && ` (${order.reason})`}
      </dd>
      {order.lines.map(({ itemId, name = itemId, quantity }) => (
        <div key={itemId} class="line">
          <dt>{quantity} ×</dt>
          <dd>{name}</dd>
        </div>
      ))}
      {order.total && (
        <>
          <dt>Total</dt>
          <dd>{money(order.total)}</dd>
        </>
      )}
    </dl>
  );
}

function Step({ state }: { readonly state: StateRun }) {
  const { mark, word } = MARKS[state.status];
  return (
    <li class={state.status}>
      <span class="mark" aria-hidden="true">
        {mark}
      </span>
      <span>
        <strong>{state.name}</strong> <span class="quiet">{word}</span>
        {state.attempts > 1 && <span class="badge busy">{state.attempts} attempts</span>}
        {state.error && <span class="error">{state.error}</span>}
      </span>
      <span class="quiet took">{state.leftAt !== undefined && duration(state.leftAt - state.enteredAt)}</span>
    </li>
  );
}
