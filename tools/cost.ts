import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../offline/errors.ts';
import { compileDeclared, DECLARED_FILE, readDeclared, STAGES } from './cost/declared.ts';
import { measure } from './cost/measure.ts';
import { asText } from './cost/page.ts';
import { readPrices, regionsOf } from './cost/prices.ts';
import { type Costing, documentsOf, figuresOf, sectionsOf, tuningSection } from './cost/report.ts';
import { FOLDER, readUsage, USAGE_FILE } from './cost/usage.ts';

const HELP = `npm run cost [-- options]

What the application costs at AWS's list prices: a stage that nobody uses, and a million orders, reads and changes of
items and imported rows, with what was chosen beside what it was chosen against. Of what was measured last.

  --orders N      for so many of each action (1000000)
  --region NAME   at the prices of eu-west-1 or us-east-1 (eu-west-1)
  --stage TITLE   of the stages only this one: ${STAGES.join(', ')}
  --tune          only the cheapest safe memory of each function
  --json          the figures as JSON
  --measure       measures first, in a local cloud, in about four minutes, and writes docs/cost/usage.json
  --write         reads the templates anew, in about a minute, and writes docs/cost
  --help          shows this
`;

/** What docs/cost shows: of everything a million, in the region that is deployed to by default. */
const DOCUMENTED = { region: 'eu-west-1', orders: 1_000_000 } as const;
const MOST_ORDERS = 1e12;

class UsageError extends Error {}

function readOptions() {
  const { values } = parseArgs({
    options: {
      orders: { type: 'string', default: String(DOCUMENTED.orders) },
      region: { type: 'string', default: DOCUMENTED.region },
      stage: { type: 'string' },
      tune: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      measure: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const orders = Number(values.orders);
  if (!Number.isInteger(orders) || orders < 1 || orders > MOST_ORDERS)
    throw new UsageError(
      `--orders ${values.orders}: not a count from 1 to ${MOST_ORDERS.toLocaleString('en')}`,
    );
  const regions = regionsOf(readPrices());
  if (!regions.includes(values.region))
    throw new UsageError(`--region ${values.region}: there are prices of ${regions.join(' and ')}`);
  if (values.stage !== undefined && !STAGES.some((title) => title === values.stage))
    throw new UsageError(`--stage ${values.stage}: the stages are ${STAGES.join(', ')}`);
  return { ...values, orders };
}

const costingOf = (region: string, orders: number): Costing => ({
  usage: readUsage(),
  declared: readDeclared(),
  prices: readPrices(),
  region,
  orders,
});

/** docs/cost as it has to be, by the names of its files. */
export const documents = (): Record<string, string> =>
  documentsOf(costingOf(DOCUMENTED.region, DOCUMENTED.orders));

async function main(): Promise<void> {
  const { help, measure: measures, write, tune, json, region, orders, stage } = readOptions();
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const progress = (line: string) => console.error(`… ${line}`);
  if (measures) {
    const stop = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => stop.abort(new Error('Stopped.')));
    }
    const { signal } = stop;
    const usage = await measure({ today: new Date().toISOString().slice(0, 10), progress, signal });
    writeFileSync(USAGE_FILE, asJson(usage));
  }
  if (write) {
    progress('the templates');
    writeFileSync(DECLARED_FILE, asJson(await compileDeclared()));
    for (const [name, text] of Object.entries(documents())) writeFileSync(join(FOLDER, name), text);
    return;
  }
  const costing = costingOf(region, orders);
  const figures = figuresOf(costing, stage);
  if (json) process.stdout.write(asJson(tune ? figures.tuning : figures));
  else console.log(asText(tune ? [tuningSection(figures)] : sectionsOf(costing, figures)));
}

const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

if (import.meta.main) {
  await main().catch((error: unknown) => {
    const isUsage =
      error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    console.error(messageOf(error));
    if (isUsage) console.error(`\n${HELP}`);
    process.exitCode = isUsage ? 2 : 1;
  });
}
