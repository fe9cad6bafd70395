import { timeOfDay } from '../format.ts';
import type { Model } from '../model.ts';

export function EventsPanel({ model }: { readonly model: Model }) {
  const { events } = model.state.value;
  if (events.length === 0) return <p class="quiet">No event has come to a bus yet.</p>;
  return (
    <ul class="plain log">
      {events.map(({ number, bus, rules, event }) => (
        <li key={number}>
          <details>
            <summary>
              <time class="quiet" dateTime={event.time}>
                {timeOfDay(event.time)}
              </time>{' '}
              <strong>{event['detail-type']}</strong>{' '}
              <span class="quiet">
                {event.source} · {bus} · {rules.length === 1 ? '1 rule' : `${rules.length} rules`}
              </span>
            </summary>
            {rules.length > 0 && <p class="quiet">Matched by {rules.join(', ')}</p>}
            <pre>{JSON.stringify(event.detail, null, 2)}</pre>
          </details>
        </li>
      ))}
    </ul>
  );
}
