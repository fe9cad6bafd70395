import { itemCreated, itemDeleted, itemUpdated } from './item-events.ts';
import { orderCompleted, orderFailed, orderPlaced } from './order-events.ts';

/** Every event on the bus of the shop, by its type. */
export const allEvents = {
  ItemCreated: itemCreated,
  ItemUpdated: itemUpdated,
  ItemDeleted: itemDeleted,
  OrderPlaced: orderPlaced,
  OrderCompleted: orderCompleted,
  OrderFailed: orderFailed,
};
