import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { age, money, shortId } from './format.ts';
import type { Execution } from './frame.ts';
import type { Model } from './model.ts';
import { standingOf } from './orders.ts';
import { visibleRows } from './visible-rows.ts';

const ROW_HEIGHT = 40;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** Draws the rows in view only, so that a thousand orders are as light as twenty. */
export function OrderList({ model }: { readonly model: Model }) {
  const list = useRef<HTMLDivElement>(null);
  const scrolled = useSignal(0);
  const height = useSignal(400);
  const orders = model.orders.value;
  const { start, end } = visibleRows({
    ...{ count: orders.length, rowHeight: ROW_HEIGHT },
    ...{ scrolled: scrolled.value, height: height.value },
  });
  const rows = orders.slice(start, end);
  const isDrawn = rows.some(({ name }) => name === model.selected.value);
  const firstInView = orders[Math.floor(Math.max(0, scrolled.value) / ROW_HEIGHT)];
  const tabStop = isDrawn ? model.selected.value : (firstInView ?? rows[0])?.name;
  useEffect(() => {
    model.inView.value = rows;
  });
  useEffect(() => {
    const { current } = list;
    if (!current) return;
    const observer = new ResizeObserver(() => {
      height.value = current.clientHeight;
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);

  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const { current } = list;
    if (step === undefined || !current) return;
    event.preventDefault();
    const at = start + [...current.querySelectorAll('.order')].indexOf(event.target as Element);
    const next = Math.min(Math.max(at + step, 0), orders.length - 1);
    model.selected.value = orders[next]?.name;
    current.scrollTop = Math.min(
      next * ROW_HEIGHT,
      Math.max(current.scrollTop, (next + 1) * ROW_HEIGHT - current.clientHeight),
    );
    requestAnimationFrame(() =>
      current.querySelector<HTMLButtonElement>('button[aria-pressed="true"]')?.focus(),
    );
  };

  return (
    <section class="card grow" aria-labelledby="orders-title">
      <h2 id="orders-title">
        Orders <span class="quiet">{orders.length}</span>
      </h2>
      {orders.length === 0 && <p class="quiet">None yet.</p>}
      <div
        ref={list}
        class="orders"
        onScroll={({ currentTarget }) => {
          scrolled.value = currentTarget.scrollTop;
        }}
      >
        <ul
          aria-labelledby="orders-title"
          onKeyDown={move}
          style={{
            paddingTop: `${start * ROW_HEIGHT}px`,
            paddingBottom: `${(orders.length - end) * ROW_HEIGHT}px`,
          }}
        >
          {rows.map((execution, index) => (
            <Row
              key={execution.executionArn}
              model={model}
              execution={execution}
              isTabStop={execution.name === tabStop}
              place={start + index + 1}
              count={orders.length}
            />
          ))}
        </ul>
      </div>
    </section>
  );
}

interface RowProps {
  readonly model: Model;
  readonly execution: Execution;
  /** One row is, and the arrow keys lead to the others. */
  readonly isTabStop: boolean;
  readonly place: number;
  readonly count: number;
}

function Row({ model, execution, isTabStop, place, count }: RowProps) {
  const { executionArn, name, startDate } = execution;
  const order = model.known.value.get(executionArn)?.order;
  const { word, tone } = standingOf(execution, order, model.pushed.value.get(name)?.status);
  const isSelected = model.selected.value === name;
  return (
    <li aria-setsize={count} aria-posinset={place}>
      <button
        type="button"
        class="order"
        aria-pressed={isSelected}
        tabIndex={isTabStop ? 0 : -1}
        onClick={() => {
          model.selected.value = name;
        }}
      >
        <span class="id">{shortId(name)}</span>
        <span class={`badge ${tone}`}>{word}</span>
        <span class="amount">{order?.total ? money(order.total) : ''}</span>
        <span class="quiet age">{age(Date.parse(startDate), model.now.value)}</span>
      </button>
    </li>
  );
}
