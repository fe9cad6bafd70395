import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useAction } from './action.ts';
import type { Item } from './api.ts';
import { money, shortId } from './format.ts';
import type { Model } from './model.ts';
import { Problem } from './problem.tsx';

/** Whom the page buys for. */
const CUSTOMER = 'console';
const MOST = 99;
const TOKENS = [
  { token: 'tok_ok', title: 'succeeds' },
  { token: 'tok_declined', title: 'is declined' },
  { token: 'tok_flaky', title: 'fails twice, then succeeds' },
  { token: 'tok_timeout', title: 'charges, and the answer is lost' },
];

export function PlaceOrder({ model }: { readonly model: Model }) {
  const items = useSignal<readonly Item[]>([]);
  const itemId = useSignal('');
  const quantity = useSignal(1);
  const token = useSignal('tok_ok');
  const action = useAction(model);
  const isConnected = model.isConnected.value;

  useEffect(() => {
    if (!isConnected) return;
    void action.run(async () => {
      items.value = await model.api.items();
      itemId.value ||= items.value[0]?.id ?? '';
      return '';
    });
  }, [isConnected]);

  const place = (event: Event) => {
    event.preventDefault();
    void action.run(async () => {
      const line = { itemId: itemId.value, quantity: quantity.value };
      const id = await model.api.placeOrder(CUSTOMER, line, token.value);
      model.selected.value = id;
      return `Order ${shortId(id)} is placed.`;
    });
  };

  return (
    <section class="card" aria-labelledby="place-title">
      <h2 id="place-title">Place an order</h2>
      <form class="place" onSubmit={place}>
        <label class="wide">
          Item
          <select
            value={itemId.value}
            onChange={({ currentTarget }) => {
              itemId.value = currentTarget.value;
            }}
          >
            {items.value.map(({ id, name, price }) => (
              <option key={id} value={id}>
                {name} · {money(price)}
              </option>
            ))}
          </select>
        </label>
        <label>
          Quantity
          <input
            type="number"
            min={1}
            max={MOST}
            required
            value={quantity.value}
            onInput={({ currentTarget }) => {
              quantity.value = currentTarget.valueAsNumber;
            }}
          />
        </label>
        <label>
          Payment
          <select
            value={token.value}
            onChange={({ currentTarget }) => {
              token.value = currentTarget.value;
            }}
          >
            {TOKENS.map((each) => (
              <option key={each.token} value={each.token}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="main" disabled={itemId.value === '' || action.isBusy.value}>
          Place order
        </button>
      </form>
      <Problem text={action.problem} />
    </section>
  );
}
