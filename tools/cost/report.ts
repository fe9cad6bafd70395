import { withMadePart } from '../made-part.ts';
import { actionItems, functionRows } from './actions.ts';
import { type Item, type Line, linesOf, totalOf } from './amounts.ts';
import { comparisonsOf } from './comparisons.ts';
import type { Declared } from './declared.ts';
import { CALL_MS } from './durations.ts';
import { asMarkdown, barChart, type Section, type Table } from './page.ts';
import type { PriceFile } from './prices.ts';
import { API_P95_MS, HEADROOM, PER, type Sized, type Tuned, tuningOf } from './tuning.ts';
import { ACTIONS, type Action, type Usage } from './usage.ts';

/** What the report is made of, and for how many of each action. */
export interface Costing {
  readonly usage: Usage;
  readonly declared: Declared;
  readonly prices: PriceFile;
  readonly region: string;
  readonly orders: number;
}

const NAMES: Readonly<Record<Action, string>> = {
  order: 'orders, from POST to COMPLETE with events, confirmation and invoice',
  itemRead: 'reads of an item',
  itemPage: 'pages of 20 items',
  itemWrite: 'changes of an item, with their events',
  importedRow: 'imported rows, with their events',
};

const AMOUNT_TITLES = ['what', 'quantity', 'unit', '$ a unit', '$'];
const counted = (count: number) => count.toLocaleString('en', { maximumFractionDigits: 3 });
const money = (amount: number) => amount.toFixed(2);

const amountRow = ({ what, quantity, unit, usd, amount }: Line): string[] => [
  what,
  counted(quantity),
  unit,
  usd,
  money(amount),
];
const amountTable = (caption: string, lines: readonly Line[]): Table => ({
  caption,
  titles: AMOUNT_TITLES,
  rows: [...lines.map(amountRow), ['together', '', '', '', money(totalOf(lines))]],
});

/** What a GB costs that is kept for a month. */
const KEPT: readonly Item[] = [
  { what: 'tables', price: 'dynamodb.storage', quantity: 1 },
  { what: 'their recovery to a point in time, in prod', price: 'dynamodb.recovery', quantity: 1 },
  { what: 'buckets', price: 's3.storage', quantity: 1 },
  { what: 'logs, before they are compressed', price: 'logs.storage', quantity: 1 },
];

export interface Figures {
  readonly region: string;
  readonly orders: number;
  readonly actions: Readonly<Record<Action, readonly Line[]>>;
  readonly stages: Readonly<Record<string, readonly Line[]>>;
  readonly kept: readonly Line[];
  readonly comparisons: readonly {
    readonly title: string;
    readonly remark: string;
    readonly options: readonly { readonly name: string; readonly lines: readonly Line[] }[];
  }[];
  readonly tuning: readonly Tuned[];
}

/** All that the report tells in numbers; of the stages only the given one, or all. */
export function figuresOf({ usage, declared, prices, region, orders }: Costing, stage?: string): Figures {
  const priced = (items: readonly Item[]) => linesOf(items, prices, region);
  return {
    region,
    orders,
    actions: Object.fromEntries(
      ACTIONS.map((action) => [
        action,
        priced(actionItems(usage.actions[action], declared.functions, orders)),
      ]),
    ) as Record<Action, Line[]>,
    stages: Object.fromEntries(
      Object.entries(declared.stages)
        .filter(([title]) => stage === undefined || title === stage)
        .map(([title, items]) => [title, priced(items)]),
    ),
    kept: priced(KEPT),
    comparisons: comparisonsOf(usage, declared, orders).map(({ options, ...said }) => ({
      ...said,
      options: options.map(({ name, items }) => ({ name, lines: priced(items) })),
    })),
    tuning: tuningOf(usage, declared.functions, prices, region),
  };
}

function stageSection({ stages }: Figures): Section {
  return {
    title: 'A month of a stage that nobody uses',
    text:
      'Counted in the compiled templates. A month has 730 hours. Not counted: Container Insights, metrics of our own, which ' +
      'begin with use, what is stored, and what the load balancer charges by its traffic.',
    tables: Object.entries(stages).map(([title, lines]) => amountTable(title, lines)),
  };
}

/** What each action costs so many times, and where the money of orders goes. */
function actionSections({ usage, declared }: Costing, { actions, orders }: Figures): Section[] {
  const bars = actions.order
    .map(({ what, amount }) => ({ name: what, value: amount }))
    .toSorted((a, b) => b.value - a.value);
  return [
    {
      title: `Where the money of ${counted(orders)} orders goes`,
      text: '',
      tables: [],
      chart: { file: 'orders.svg', bars },
    },
    {
      title: 'What use costs',
      text:
        'As measured, beside the month of the stage. Logs are kept for a month here. Every trace is taken for recorded, ' +
        'which the default sampling does up to one a second. Not counted: storage beyond logs, and what the reports service asks ' +
        'of its queue, three requests for each event of an order.',
      tables: ACTIONS.map((action) => amountTable(`${counted(orders)} ${NAMES[action]}`, actions[action])),
    },
    {
      title: 'What Lambda computes for one of each',
      text:
        'GB-seconds are runs × ms / 1,000 × MB / 1,024. A run takes the time of the processor that was measured, stretched ' +
        'to the share that Lambda gives (all of one at 1,769 MB), and its calls to AWS: ' +
        `${CALL_MS.dynamodb} ms each to DynamoDB and ${CALL_MS.others} ms to others, which is assumed; those at the same time count as one. ` +
        'A second of the measuring machine is taken for one of Lambda. Cold starts are not counted.',
      tables: ACTIONS.map((action) => ({
        caption: NAMES[action],
        titles: ['function', 'runs', 'ms', 'MB'],
        rows: functionRows(usage.actions[action], declared.functions).map((row) => [
          row.functionKey,
          String(row.runs),
          String(row.billedMs),
          String(row.memoryMb),
        ]),
      })),
    },
  ];
}

function comparisonSection({ comparisons, orders }: Figures): Section {
  return {
    title: 'What was chosen, and what it was chosen against',
    text: `For ${counted(orders)} orders, or a month.`,
    tables: comparisons.map(({ title, remark, options }) => ({
      caption: `${title}\n\n${remark}`,
      titles: ['option', ...AMOUNT_TITLES],
      rows: options.flatMap(({ name, lines }) => {
        const total = ['', 'together', '', '', '', money(totalOf(lines))];
        return [...lines.map((line, index) => [index === 0 ? name : '', ...amountRow(line)]), total];
      }),
    })),
  };
}

export function tuningSection({ tuning }: Figures): Section {
  const cells = ({ memoryMb, billedMs, amount }: Sized) => [
    String(memoryMb),
    String(billedMs),
    money(amount),
  ];
  return {
    title: 'The cheapest safe memory of each function',
    text:
      `Safe is ${HEADROOM} times the most that a process of the function has used here, and fast enough: 95 of 100 requests ` +
      `to the API within ${API_P95_MS} ms, others within a quarter of their time-out. Calculated as above, without the price of ` +
      'the requests; cold starts, which last longer with less memory, are not looked at.',
    tables: [
      {
        titles: [
          'function',
          'MB used',
          'MB declared',
          'ms',
          `$ for ${counted(PER)} runs`,
          'cheapest MB',
          'ms',
          `$ for ${counted(PER)} runs`,
        ],
        rows: tuning.map((tuned) => [
          tuned.functionKey,
          String(tuned.peakMb),
          ...cells(tuned.declared),
          ...(tuned.cheapest ? cells(tuned.cheapest) : ['none', '–', '–']),
        ]),
      },
    ],
  };
}

function priceSection({ prices: { prices, read }, region }: Costing): Section {
  return {
    title: 'Prices',
    text:
      `Of ${region}, in US dollars, without tax, discounts and free tiers, of the first tier that is paid for; read on ${read}, those of ` +
      'price lists in published copies of September and October 2026.',
    tables: [
      {
        titles: ['price', 'unit', '$', 'source', 'doubt'],
        rows: Object.entries(prices).map(([key, { unit, usd, source, doubt = '' }]) => [
          `\`${key}\``,
          unit,
          usd[region] ?? '–',
          `<${source.replace('{region}', region)}>`,
          doubt,
        ]),
      },
    ],
  };
}

function keptSection({ kept }: Figures): Section {
  return {
    title: 'A GB that is kept for a month',
    text: 'Each by itself: how much is kept is not measured.',
    tables: [{ titles: AMOUNT_TITLES, rows: kept.map(amountRow) }],
  };
}

/** All but the prices. */
export const sectionsOf = (costing: Costing, figures: Figures): Section[] => [
  ...actionSections(costing, figures),
  stageSection(figures),
  keptSection(figures),
  comparisonSection(figures),
  tuningSection(figures),
];

/** The files of docs/cost that are made of the figures, by their names. */
export function documentsOf(costing: Costing): Record<string, string> {
  const sections = [...sectionsOf(costing, figuresOf(costing)), priceSection(costing)];
  const pictures = sections.flatMap(({ title, chart }) =>
    chart ? [[chart.file, barChart(title, chart.bars)]] : [],
  );
  return {
    'README.md': asMarkdown('Cost', introOf(costing), sections),
    ...Object.fromEntries(pictures),
  };
}

const MARKS = { begin: '<!-- amounts of docs/cost -->', end: '<!-- end of the amounts -->' };

/** A page with what each action and each stage costs between its marks. @throws Error when it has no marks */
export function withAmounts(page: string, costing: Costing): string {
  const { actions, stages, orders } = figuresOf(costing);
  const row = (what: string, lines: readonly Line[]) => `| ${what} | $${money(totalOf(lines))} |`;
  return withMadePart(page, MARKS, [
    '| | |',
    '|---|--:|',
    ...ACTIONS.map((action) => row(`${counted(orders)} ${NAMES[action]}`, actions[action])),
    ...Object.entries(stages).map(([title, lines]) => row(`a month of ${title} without use`, lines)),
  ]);
}

const introOf = ({ usage: { measured, machine, actions } }: Costing): string =>
  [
    'Made by `npm run cost -- --write` of `usage.json`, which `npm run cost -- --measure` measures, of `declared.json`, which is',
    'what the templates say, and of `tools/cost/prices.json`. Every amount is its quantity times its price, to the cent, and each',
    'sum that of the amounts above it.',
    '',
    `Measured on ${measured} with Node ${machine.node} on ${machine.platform}, ${machine.processor}: the whole application in the local`,
    `cloud, ${actions.order.actions} times each action, one after the other, and a file of ${counted(actions.importedRow.actions)} rows. ` +
      'Capacity units are what the emulator of',
    'DynamoDB reports, transitions are states entered and retries; AWS may count the start of an execution as one more.',
    'Batches from streams are as small as single actions make them; with more traffic they are larger, and cost less.',
  ].join('\n');
