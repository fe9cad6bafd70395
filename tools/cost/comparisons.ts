import { computeOf, functionRows } from './actions.ts';
import type { Item } from './amounts.ts';
import { type Declared, HOURS } from './declared.ts';
import type { Usage } from './usage.ts';

export interface Comparison {
  readonly title: string;
  /** What the figures do not say. */
  readonly remark: string;
  readonly options: readonly { readonly name: string; readonly items: readonly Item[] }[];
}

/** The memory that an execution is billed for at least, and the step of its time. https://aws.amazon.com/step-functions/pricing/ */
const EXPRESS_GB = 64 / 1_024;
const EXPRESS_STEP_MS = 100;
/** What goes out of the network in a month, where it is compared by which way. */
const GB_OF_A_MONTH = 100;
const TASKS = 3;
/** What a client sends and is sent to follow an order that completes: it subscribes, is answered, and told of four statuses. */
const MESSAGES_OF_AN_ORDER = 6;
/** authorizeConnection, openConnection, answerMessage and closeConnection; pushStatuses runs for each order in any case. */
const RUNS_OF_A_CONNECTION = 4;
const LOOKS_OF_A_MINUTE = 60;
/** Half a processor and 1 GB each. */
const TASK = { cpu: 0.5, memory: 1 };

/** Each choice that was made, beside what it was made against, for so many orders or a month. */
export function comparisonsOf({ actions }: Usage, { functions }: Declared, orders: number): Comparison[] {
  const { order } = actions;
  const seconds = (Math.ceil(order.workflowMs / EXPRESS_STEP_MS) * EXPRESS_STEP_MS) / 1_000;
  const compute = computeOf(functionRows(order, functions)) * orders;
  const item = (what: string, price: string, quantity: number): Item => ({ what, price, quantity });
  const tasks = (onDemand: number, architecture = 'arm64'): Item[] => [
    item('processors on demand', `fargate.${architecture}.cpu`, onDemand * TASK.cpu * HOURS),
    item('memory on demand', `fargate.${architecture}.memory`, onDemand * TASK.memory * HOURS),
    item('processors on Spot', 'fargate.arm64.spot.cpu', (TASKS - onDemand) * TASK.cpu * HOURS),
    item('memory on Spot', 'fargate.arm64.spot.memory', (TASKS - onDemand) * TASK.memory * HOURS),
  ];
  const customerIndex = order.indexUnits.byCustomer ?? 0;
  const unfinishedIndex = order.indexUnits.unfinished ?? 0;
  return [
    {
      title: 'The order workflow: STANDARD or EXPRESS',
      remark:
        'EXPRESS ends after five minutes, has no task tokens to wait for an approval with, starts an order twice that is ' +
        'asked for twice, and keeps no history but what it logs, which is not counted here.',
      options: [
        {
          name: 'STANDARD, as built',
          items: [item('transitions', 'states.transition', order.transitions * orders)],
        },
        {
          name: 'EXPRESS',
          items: [
            item('executions', 'states.express.request', orders),
            item('compute', 'states.express.compute', seconds * EXPRESS_GB * orders),
          ],
        },
      ],
    },
    {
      title: 'A minute with an order on the screen: pushed or asked for',
      remark:
        'Each order is followed for a minute. What functions compute, log and keep in the table of subscriptions is not ' +
        'counted on either side.',
      options: [
        {
          name: 'statuses pushed over a WebSocket, as built',
          items: [
            item('minutes of connections', 'websocket.minute', orders),
            item('messages', 'websocket.message', MESSAGES_OF_AN_ORDER * orders),
            item('Lambda requests', 'lambda.request', RUNS_OF_A_CONNECTION * orders),
          ],
        },
        {
          name: 'GET /orders/{id} each second',
          items: [
            item('HTTP API', 'httpApi.request', LOOKS_OF_A_MINUTE * orders),
            item('Lambda requests', 'lambda.request', LOOKS_OF_A_MINUTE * orders),
            item('reads', 'dynamodb.read', LOOKS_OF_A_MINUTE * orders),
          ],
        },
      ],
    },
    {
      title: 'The functions of an order: arm64 or x86',
      remark: 'At the same duration; measured on one of the two.',
      options: [
        { name: 'arm64, as built', items: [item('compute', 'lambda.arm64', compute)] },
        { name: 'x86', items: [item('compute', 'lambda.x86', compute)] },
      ],
    },
    {
      title: 'The tasks of reports, a month: on demand or on Spot',
      remark:
        'Spot may take all of its tasks back at once, with two minutes of notice. As built one is always on demand, and ' +
        'of the two others on average half of one.',
      options: [
        { name: 'all on demand', items: tasks(TASKS) },
        { name: 'base 1, then 1:3, as built', items: tasks(1.5) },
        { name: 'all on Spot', items: tasks(0) },
        { name: 'all on demand, x86', items: tasks(TASKS, 'x86') },
      ],
    },
    {
      title: `The way out of the network, a month with ${GB_OF_A_MONTH} GB`,
      remark: 'Endpoints reach AWS and nothing else: not an issuer of tokens that is elsewhere.',
      options: [
        {
          name: 'NAT gateway, as built',
          items: [
            item('gateway', 'nat.hour', HOURS),
            item('address', 'vpc.ipv4', HOURS),
            item('data', 'nat.gb', GB_OF_A_MONTH),
          ],
        },
        {
          name: 'six interface endpoints in two zones',
          items: [
            item('endpoints', 'vpc.endpoint.hour', 6 * 2 * HOURS),
            item('data', 'vpc.endpoint.gb', GB_OF_A_MONTH),
          ],
        },
      ],
    },
    {
      title: "The index of a customer's orders: what it holds",
      remark:
        'With keys alone an order is written to the index once, and each that is listed is read from the table: here each ' +
        'is listed once, in a row of up to 8 KB. The list would no longer be one query.',
      options: [
        {
          name: 'status and total beside the keys, as built',
          items: [item('writes of the index', 'dynamodb.write', customerIndex * orders)],
        },
        {
          name: 'keys only',
          items: [
            item('writes of the index', 'dynamodb.write', orders),
            item('reads of listed orders', 'dynamodb.read', orders),
          ],
        },
      ],
    },
    {
      title: 'Orders without an end: an index or a scan',
      remark:
        'The sweep reads the unfinished every five minutes. A scan reads all orders each time: here a table of a million ' +
        'rows of 2 KB, once an hour.',
      options: [
        {
          name: 'a sparse index, as built',
          items: [item('writes of the index', 'dynamodb.write', unfinishedIndex * orders)],
        },
        {
          name: 'a scan each hour',
          items: [item('reads', 'dynamodb.read', (HOURS * 1_000_000 * 2) / 8)],
        },
      ],
    },
  ];
}
