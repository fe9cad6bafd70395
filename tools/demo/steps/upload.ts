import { ShopError } from '../../../clients/typescript/index.ts';
import { outcome } from '../../rehearse/rehearsal.ts';
import type { Step } from '../story.ts';
import type { World } from '../world.ts';

interface Report {
  readonly problems: readonly { readonly line: number; readonly column: string; readonly reason: string }[];
}

/** The fourth line has no number for its amount. */
const fileOf = ({ itemId, category }: World) =>
  [
    'id,sku,name,category,amount,currency,stock',
    `${itemId('cup')},CUP-1,Cup,${category},900,EUR,12`,
    `${itemId('plate')},PLATE-1,Plate,${category},1100,EUR,30`,
    `${itemId('bowl')},BOWL-1,Bowl,${category},cheap,EUR,7`,
    `${itemId('jug')},JUG-1,Jug,${category},2450,EUR,9`,
    '',
  ].join('\n');

export const upload: Step<World> = {
  name: 'upload',
  title: 'A file of four items, one of them wrong',
  async run(world, { say, check }) {
    const { editor, signal } = world;
    const file = fileOf(world);
    const { data: announced } = await editor.POST('/uploads', {
      body: { contentType: 'text/csv', size: Buffer.byteLength(file) },
    });
    const put = await fetch(announced.url, { method: 'PUT', headers: announced.headers, body: file, signal });
    check(`the presigned link takes the file as upload ${announced.id}`, 200, put.status);

    const path = { params: { path: { id: announced.id } } };
    let said = '';
    const manifest = await outcome(`the end of upload ${announced.id}`, signal, async () => {
      const { data } = await editor.GET('/uploads/{id}', path);
      if (data.state !== said) say(`the manifest is ${data.state}`);
      said = data.state;
      return { seen: data, done: ['DONE', 'REFUSED'].includes(data.state) };
    });
    check(
      'three rows are accepted, one is refused',
      { state: 'DONE', rowsAccepted: 3, rowsRefused: 1 },
      { state: manifest.state, rowsAccepted: manifest.rowsAccepted, rowsRefused: manifest.rowsRefused },
    );

    const link = manifest.report ?? '';
    const { problems } = (await (await fetch(link, { signal })).json()) as Report;
    const report = `s3:/${new URL(link).pathname}`;
    say(`the error report is ${report}`);
    for (const { line, column, reason } of problems) say(`  line ${line}, ${column}: ${reason}`);
    check(
      'the report names line 4 and its amount',
      [{ line: 4, column: 'amount' }],
      problems.map(({ line, column }) => ({ line, column })),
    );

    // The queue gathers rows for five seconds before the catalogue gets them.
    const stock = await outcome('the rows of the file in the catalogue', signal, async () => {
      const seen = await Promise.all(['cup', 'plate', 'bowl', 'jug'].map((name) => stockOf(world, name)));
      return { seen, done: seen.filter((stock) => stock !== undefined).length >= 3 };
    });
    check(
      'the three are in the catalogue with their stock',
      [12, 30, null, 9],
      stock.map((each) => each ?? null),
    );
    return {
      id: announced.id,
      state: manifest.state,
      rowsAccepted: manifest.rowsAccepted,
      rowsRefused: manifest.rowsRefused,
      report,
      problems,
    };
  },
};

/** Undefined for an item that is not there. */
async function stockOf({ editor, itemId }: World, name: string): Promise<number | undefined> {
  try {
    const { data } = await editor.GET('/items/{id}', { params: { path: { id: itemId(name) } } });
    return data.stock;
  } catch (error) {
    if (error instanceof ShopError && error.status === 404) return undefined;
    throw error;
  }
}
