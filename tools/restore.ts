import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { messageOf } from '../offline/errors.ts';
import { restoreRows } from './restore/rows.ts';

const HELP = `npm run restore -- --from TABLE --to TABLE [--write]

Compares each row of a table that was restored to a point in time with the live table, and puts back those that are
gone. Rows that are there are never written: what has changed is counted, and shown by its keys. With the AWS
credentials and the region of the environment. It may be interrupted and run again.

  --from TABLE   the table that was restored beside the live one
  --to TABLE     the live table
  --write        puts back what is gone; without it nothing is written
  --help         shows this text
`;

const ROWS_OF_A_STEP = 10_000;

async function restore({ from, to, write = false }: { from?: string; to?: string; write?: boolean }) {
  if (!from || !to || from === to) throw new Error('--from and --to take the names of two tables.');
  let said = 0;
  const onProgress = (read: number) => {
    if (read - said < ROWS_OF_A_STEP) return;
    said = read;
    console.error(`${read.toLocaleString('en')} rows compared …`);
  };
  const client = new DynamoDBClient({ maxAttempts: 10 });
  const { same, changed, gone, changedKeys } = await restoreRows(client, { from, to, write, onProgress });
  console.log(`as they were: ${same}`);
  console.log(`changed since: ${changed}${changed > 0 ? ', left as they are' : ''}`);
  for (const key of changedKeys) console.log(`  ${JSON.stringify(key)}`);
  if (changed > changedKeys.length) console.log('  …');
  console.log(`gone: ${gone}${gone === 0 ? '' : write ? ', put back' : '; --write puts them back'}`);
}

try {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      write: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else await restore(values);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
