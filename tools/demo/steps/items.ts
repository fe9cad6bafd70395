import { euros, INDEPENDENT, ITEMS, type ItemName } from '../cases.ts';
import type { Step } from '../story.ts';
import type { World } from '../world.ts';

export const items: Step<World> = {
  name: 'items',
  title: 'Items to sell',
  async run({ editor, itemId, category, isFast, order }, { say, check }) {
    const ids: string[] = [];
    for (const item of Object.keys(ITEMS) as ItemName[]) {
      const { name, amount, stock } = ITEMS[item];
      const id = itemId(item);
      const { data, response } = await editor.POST('/items', {
        body: { id, sku: id, name, category, price: { amount, currency: 'EUR' }, stock },
      });
      check(
        `${id}: ${name}, ${euros(amount)}, ${stock} in stock`,
        { status: 201, stock },
        { status: response.status, stock: data.stock },
      );
      ids.push(id);
    }
    if (isFast) {
      await Promise.all(INDEPENDENT.map((name) => order(name)));
      say(`--fast: the orders ${INDEPENDENT.join(', ')} are placed now, all at once, and told of below.`);
    }
    return { ids };
  },
};
