import type { Step } from '../story.ts';
import type { World } from '../world.ts';
import { tellOrder } from './orders.ts';

export const repeated: Step<World> = {
  name: 'repeated',
  title: 'The same request twice',
  async run(world, telling) {
    const { id } = await world.order('repeated');
    const again = await world.orderAgain('repeated');
    telling.check('the second answer, under the same Idempotency-Key, is the first order', id, again.id);
    const told = await tellOrder(world, telling, 'repeated');
    return told;
  },
};
