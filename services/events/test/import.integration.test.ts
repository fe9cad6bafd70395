import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../../../offline/test/processes.ts';
import { lambdaContext } from '../../../shared/testing/http-event.ts';
import { COLUMNS, type ImportRun, notification, openImports, type Row, tableOf } from './import-run.ts';

/** Each file waits five seconds for its batch to fill. */
jest.setTimeout(60_000);

let run: ImportRun;

beforeAll(async () => {
  run = await openImports();
});
afterEach(() => {
  run.cloud.faults.set({});
});
afterAll(() => run.close());

describe('a file', () => {
  it('of CSV with everything that CSV may have comes into the catalogue, but for its wrong rows', async () => {
    const csv = [
      `\uFEFF${COLUMNS}`,
      'odd-1,M-1,"Mug, ""big""",mugs,1200,EUR,5,"two\r\nlines",2026-01-01T00:00:00Z',
      'odd-2,M-2,Lamp,lamps,12.50,EUR,,,',
      '',
      'odd-3,M-3,Größe L,mugs,0,JPY,,,2026-01-01T02:00:00+02:00',
      'odd-4,M-4',
      'odd 5,M-5,Mug,mugs,1,EURO,-1,,2099-01-01T00:00:00Z',
      '',
      '',
    ].join('\r\n');
    await run.put('uploads/new items (1).csv', csv);
    expect(await run.finished('new items (1).csv')).toMatchObject({
      state: 'DONE',
      rows: 5,
      accepted: 2,
      refused: 3,
    });
    const { problems, ...counts } = await run.report('new items (1).csv');
    expect(counts).toMatchObject({ uploadId: 'new items (1).csv', rows: 5, accepted: 2, refused: 3 });
    expect(problems).toEqual([
      { line: 4, column: 'amount', reason: expect.stringMatching(/expected number/) },
      { line: 7, reason: 'has 2 fields and not 9 as the header' },
      { line: 8, column: 'id', reason: expect.stringMatching(/^must be 1 to 64/) },
      { line: 8, column: 'currency', reason: 'must be an ISO 4217 currency code' },
      { line: 8, column: 'stock', reason: expect.stringMatching(/0/) },
    ]);
    await run.settled();
    const at = '2026-01-01T00:00:00.000Z';
    expect(await run.items('odd')).toEqual({
      '-1': {
        ...{ id: 'odd-1', sku: 'M-1', name: 'Mug, "big"', category: 'mugs', description: 'two\r\nlines' },
        ...{ price: { amount: 1200, currency: 'EUR' }, stock: 5, attributes: {}, version: 1, updatedAt: at },
        ...{ createdAt: expect.stringMatching(/Z$/), importedAt: expect.stringMatching(`^${at}#.{43}$`) },
      },
      '-3': expect.objectContaining({ name: 'Größe L', stock: 0, version: 1, updatedAt: at }),
    });
  });

  it('of packed JSON lines comes into the catalogue, but for its wrong lines', async () => {
    const row = { sku: 'J-1', name: 'Mug', category: 'mugs', amount: 1200, currency: 'EUR' };
    const lines = [
      JSON.stringify({ id: 'json-1', ...row, description: 'a\u0001\uFFFFb' }),
      '{"id": "json-2"',
      '',
      JSON.stringify({ id: 'json-3', ...row, amount: '1200' }),
      JSON.stringify({ id: 'json-4', ...row, colour: 'red' }),
      JSON.stringify({ id: 'json-5', ...row }),
    ];
    await run.put('uploads/lines.ndjson.gz', gzipSync(lines.join('\n')));
    expect(await run.finished('lines.ndjson.gz')).toMatchObject({ state: 'DONE', accepted: 2, refused: 3 });
    const { problems } = await run.report('lines.ndjson.gz');
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [2, undefined],
      [4, 'amount'],
      [5, 'colour'],
    ]);
    await run.settled();
    expect(await run.items('json')).toMatchObject({
      '-1': { description: 'a\u0001\uFFFFb', stock: 0 },
      '-5': { price: { amount: 1200, currency: 'EUR' } },
    });
  });

  it('that is none of items is refused with a reason, and nothing of it gets into the queue', async () => {
    const rows = tableOf('none-', 200);
    const files: Record<string, string | Buffer> = {
      'latin.csv': Buffer.from(`${rows}none-x,S,Größe,mugs,1,EUR,,,\n`, 'latin1'),
      'other.csv': 'name;price\nMug;12\n',
      'binary.csv': Buffer.from(Array.from({ length: 5_000 }, (_, index) => (index * 73) % 256)),
      'open.csv': `${rows}none-x,S,"Mug,mugs,1,EUR,,,\n`,
      'cut.csv.gz': gzipSync(rows).subarray(0, -10),
      'plain.csv.gz': rows,
      'empty.csv': '',
      'photo.jpg': Buffer.from([0xff, 0xd8]),
    };
    for (const [name, content] of Object.entries(files)) await run.put(`uploads/${name}`, content);
    const reasons: Record<string, unknown> = {};
    for (const name of Object.keys(files)) {
      const { state, rows: count, reason } = await run.finished(name);
      reasons[name] = [state, count, reason];
    }
    expect(reasons).toEqual({
      'latin.csv': ['REFUSED', 0, 'The file is not text in UTF-8.'],
      'other.csv': ['REFUSED', 0, expect.stringMatching(/^The first line must name the columns/)],
      'binary.csv': ['REFUSED', 0, expect.any(String)],
      'open.csv': ['REFUSED', 0, 'A quotation mark is not closed.'],
      'cut.csv.gz': ['REFUSED', 0, 'The file is not valid gzip.'],
      'plain.csv.gz': ['REFUSED', 0, 'The file is not valid gzip.'],
      'empty.csv': ['REFUSED', 0, 'The file is empty.'],
      'photo.jpg': ['REFUSED', 0, expect.stringMatching(/^The name must end in/)],
    });
    expect(await run.messages(run.queues.import)).toBe(0);
    expect(await run.items('none-')).toEqual({});
  });
});

describe('rows for the same item', () => {
  const line = (id: string, name: string, stock: number, updatedAt: string) =>
    `${id},S,${name},mugs,1200,EUR,${stock},,${updatedAt}`;
  /** What of an item the order of files may not decide. */
  const state = (items: Readonly<Record<string, Row>>) =>
    Object.entries(items).map(([id, { name, stock, updatedAt }]) => [id, name, stock, updatedAt]);

  it('make it the newest state, whatever the order in which their files come', async () => {
    const older = (prefix: string) =>
      [
        COLUMNS,
        line(`${prefix}1`, 'Old', 1, '2026-01-01T00:00:00Z'),
        line(`${prefix}2`, 'Only in the older', 2, '2026-01-01T00:00:00Z'),
      ].join('\n');
    const newer = (prefix: string) =>
      [
        COLUMNS,
        line(`${prefix}1`, 'New', 9, '2026-02-01T00:00:00Z'),
        line(`${prefix}3`, 'Only in the newer', 3, '2026-02-01T00:00:00Z'),
      ].join('\n');
    for (const [name, text] of [
      ['older-first.csv', older('up-')],
      ['newer-second.csv', newer('up-')],
      ['newer-first.csv', newer('down-')],
      ['older-second.csv', older('down-')],
    ] as const) {
      await run.put(`uploads/${name}`, text);
      await run.finished(name);
    }
    await run.settled();
    const expected = [
      ['1', 'New', 9, '2026-02-01T00:00:00.000Z'],
      ['2', 'Only in the older', 2, '2026-01-01T00:00:00.000Z'],
      ['3', 'Only in the newer', 3, '2026-02-01T00:00:00.000Z'],
    ];
    expect(state(await run.items('up-'))).toEqual(expected);
    expect(state(await run.items('down-'))).toEqual(expected);
  });

  const row = (id: string, name: string, updatedAt: string, more: Row = {}) => ({
    ...{ line: 2, id, sku: 'S', name, category: 'mugs', amount: 1200, currency: 'EUR', updatedAt, ...more },
  });
  const ITEM = {
    ...{ sku: 'S', name: 'Edited', category: 'mugs', price: { amount: 1, currency: 'EUR' }, stock: 40 },
    ...{ attributes: { colour: 'red' }, description: 'Old', version: 3 },
    ...{ createdAt: '2025-01-01T00:00:00.000Z', updatedAt: '2026-03-01T00:00:00.000Z' },
  };

  it('of the same time make it the same state in any order', async () => {
    const names = ['A', 'B', 'C'];
    const outcomes = new Set<unknown>();
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      for (const index of order) await run.ingest(row('tie', `${names[index]}`, '2026-01-01T00:00:00.000Z'));
      outcomes.add((await run.item('tie'))?.name);
      await run.removeItem('tie');
    }
    expect(outcomes.size).toBe(1);
  });

  it('that say what it is already do not change it', async () => {
    const same = row('twice', 'Mug', '2026-01-01T00:00:00.000Z', { stock: 5 });
    await run.ingest(same);
    const before = await run.item('twice');
    await run.ingest(same, { ...same, line: 9 });
    expect(await run.item('twice')).toEqual(before);
    expect(before).toMatchObject({ version: 1, stock: 5 });
  });

  it('leave it alone when it was edited after their time', async () => {
    await run.putItem({ id: 'edited', ...ITEM });
    await run.ingest(row('edited', 'Before the edit', '2026-02-28T23:59:59.999Z', { stock: 1 }));
    await run.ingest(row('edited', 'At the time of the edit', '2026-03-01T00:00:00.000Z', { stock: 1 }));
    expect(await run.item('edited')).toEqual({ id: 'edited', ...ITEM });
  });

  it('change all that they can say of it, and neither its attributes nor a stock that they do not name', async () => {
    await run.putItem({ id: 'older', ...ITEM });
    await run.ingest(row('older', 'New', '2026-03-01T00:00:00.001Z'));
    const { description: _, ...kept } = ITEM;
    expect(await run.item('older')).toEqual({
      ...{ id: 'older', ...kept, name: 'New', price: { amount: 1200, currency: 'EUR' }, version: 4 },
      updatedAt: '2026-03-01T00:00:00.001Z',
      importedAt: expect.stringMatching(/^2026-03-01T00:00:00\.001Z#/),
    });
    await run.ingest(row('older', 'New', '2026-03-01T00:00:00.002Z', { stock: 0, description: 'Newer' }));
    expect(await run.item('older')).toMatchObject({ stock: 0, description: 'Newer', version: 5 });
  });

  it('do not undo what was edited by the API after they came', async () => {
    await run.ingest(row('by-hand', 'Mug', '2026-01-01T00:00:00.000Z'));
    expect(await run.patchItem('by-hand', { name: 'By hand' })).toMatchObject({ status: 200 });
    await run.ingest(row('by-hand', 'Cup', '2026-02-01T00:00:00.000Z'));
    expect(await run.item('by-hand')).toMatchObject({ name: 'By hand', version: 2 });
  });
});

describe('what comes twice, out of order, or not to its end', () => {
  const byRecord = (a: { record?: unknown }, b: { record?: unknown }) =>
    String(a.record) < String(b.record) ? -1 : 1;
  const ofDup = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    rows.filter(({ uploadId }) => uploadId === 'dup.csv').sort(byRecord);

  it('has one effect: notifications of S3', async () => {
    const rules = ['importUpload', 'processUpload', 'ingestItems'].map((name) => ({
      ...{ service: 'lambda', function: name, fault: 'duplicate' },
    }));
    run.cloud.faults.set({ rules });
    const first = tableOf('dup-', 300, (number) => (number % 3 === 0 ? 'none' : '100'));
    const versions = [await run.put('uploads/dup.csv', first)];
    await until(async () => (await run.uploads()).some(({ record }) => record === `import#${versions[0]}`));
    versions.push(await run.put('uploads/dup.csv', tableOf('dup-', 10)));
    await until(async () => {
      const found = (await run.uploads()).filter(
        ({ uploadId, state }) => uploadId === 'dup.csv' && state === 'DONE',
      );
      return found.length === 2;
    }, 60_000);
    await run.settled();
    const before = { uploads: ofDup(await run.uploads()), items: await run.items('dup-') };
    expect(before.uploads).toMatchObject(
      [
        { record: `import#${versions[0]}`, rows: 300, accepted: 200, refused: 100 },
        { record: `import#${versions[1]}`, rows: 10, accepted: 10, refused: 0 },
        { record: 'manifest', key: 'uploads/dup.csv', versionId: versions[1] },
      ].sort(byRecord),
    );
    for (const item of Object.values(before.items)) expect(item).toMatchObject({ stock: 7 });

    const again = [0, 1, 1, 0, 0, 1, 0, 1, 1, 0];
    await Promise.all(
      again.map(async (index) => {
        const event = notification(run.bucket, 'uploads/dup.csv', versions[index] ?? '', 500);
        await run.invoke('importUpload', event);
      }),
    );
    await run.settled();
    expect({ uploads: ofDup(await run.uploads()), items: await run.items('dup-') }).toEqual(before);
  });

  it.each([
    [['01', '02', '03']],
    [['03', '02', '01']],
    [['02', '03', '01', '02', '03']],
    [['10', '9', 'A', '03', '03']],
  ])('has one effect: events of versions with the sequencers %j', async (sequencers) => {
    const key = `uploads/events-${sequencers.join('-')}.csv`;
    for (const sequencer of sequencers) {
      await run.invoke('processUpload', {
        id: `event-${sequencer}`,
        time: '2026-11-22T12:00:00Z',
        detail: {
          bucket: { name: run.bucket },
          object: { key, size: 10, etag: `etag-${sequencer}`, 'version-id': `v${sequencer}`, sequencer },
        },
      });
    }
    const last = sequencers.includes('10') ? '10' : '03';
    const [manifest, ...others] = (await run.uploads()).filter((row) => row.key === key);
    expect(manifest).toMatchObject({ versionId: `v${last}`, checksum: `etag-${last}`, size: 10 });
    expect(others).toEqual([]);
  });

  it('has one effect: an import whose function dies in the midst of it', async () => {
    run.cloud.faults.set({
      seed: 4,
      rules: [{ service: 'lambda', function: 'importUpload', fault: 'kill', milliseconds: 1_500, count: 2 }],
    });
    const text = tableOf('kill-', 12_000, (number) => (number % 12 === 0 ? '100' : 'none'));
    await run.put('uploads/kill.csv', text);
    expect(await run.finished('kill.csv')).toMatchObject({
      ...{ state: 'DONE', rows: 12_000, accepted: 1_000, refused: 11_000, parts: 2 },
    });
    expect(run.cloud.faults.report.rules[0]?.struck).toBe(2);
    const { problems } = await run.report('kill.csv');
    expect(problems).toHaveLength(11_000);
    expect(new Set(problems.map(({ line }) => line)).size).toBe(11_000);
    await run.settled();
    const items = Object.values(await run.items('kill-'));
    expect(items).toHaveLength(1_000);
    expect(items.filter(({ version }) => version !== 1)).toEqual([]);
  });

  it('has one effect: calls whose answers are lost', async () => {
    const lost = { PutItem: 'dynamodb', SendMessageBatch: 'sqs', PutObject: 's3', UpdateItem: 'dynamodb' };
    const rules = Object.entries(lost).map(([operation, service]) => ({
      ...{ service, operation, fault: 'dropReply', count: 1 },
    }));
    await run.put('uploads/lost.csv', tableOf('lost-', 250));
    run.cloud.faults.set({ rules });
    expect(await run.finished('lost.csv')).toMatchObject({ state: 'DONE', accepted: 250, refused: 0 });
    await run.settled();
    const items = Object.values(await run.items('lost-'));
    expect(items).toHaveLength(250);
    expect(items.filter(({ version }) => version !== 1)).toEqual([]);
    expect(run.cloud.faults.report.rules.map(({ struck }) => struck)).toEqual([1, 1, 1, 1]);
  });

  it('goes on: an import whose time is over before its file is', async () => {
    // No notification comes of this folder, so that nobody else imports the file.
    const key = 'uploadz/long.csv';
    const text = tableOf('long-', 10_500, (number) => (number < 10_100 ? 'none' : '100'));
    const versionId = await run.put(key, text);
    Object.assign(process.env, run.cloud.env('importUpload'), {
      AWS_LAMBDA_FUNCTION_NAME: 'shop-test-importUpload',
    });
    const { handler } = await import('../src/handlers/import-upload.ts');
    const event = notification(run.bucket, key, versionId, text.length);
    const context = { ...lambdaContext, getRemainingTimeInMillis: () => 59_999 };
    await handler(event, context);
    expect(await run.finished('long.csv')).toMatchObject({ rows: 10_500, accepted: 400, refused: 10_100 });
    await run.settled();
    expect(Object.keys(await run.items('long-'))).toHaveLength(400);
  });
});

describe('a chunk', () => {
  const rows = (...ids: string[]) =>
    ids.map((id) => ({
      ...{ line: 2, id, sku: 'S', name: 'Mug', category: 'mugs', amount: 1, currency: 'EUR' },
      updatedAt: '2026-01-01T00:00:00.000Z',
    }));
  const chunk = (name: string, ...ids: string[]) => ({
    ...{ uploadId: 'poison.csv', versionId: 'v1', chunk: name },
    rows: rows(...ids),
  });

  it('that can never be written is dead once, with its good rows written and no other chunk held up', async () => {
    // Batches of ten do not wait for more messages, which would be visible again meanwhile.
    await run.hideMessagesFor(1);
    await run.putItem({
      ...{ id: 'poison-3', attributes: { text: 'x'.repeat(390_000) }, version: 1, updatedAt: '2025-01-01' },
    });
    const long = rows('poison-2', 'poison-3').map((row) => ({ ...row, description: 'y'.repeat(20_000) }));
    const others = Array.from({ length: 8 }, (_, index) => ({ chunk: `another shape ${index}` }));
    await run.send({ ...chunk('too large'), rows: long }, chunk('good', 'poison-1'), ...others);
    await until(async () => (await run.messages(run.queues.deadLetters)) === 9, 60_000);
    await run.settled();
    expect(await run.deadChunks()).toEqual([...others.map((other) => other.chunk), 'too large']);
    expect(await run.item('poison-1')).toMatchObject({ version: 1 });
    expect(await run.item('poison-2')).toMatchObject({ version: 1 });
    expect(await run.messages(run.queues.deadLetters)).toBe(0);
    await run.hideMessagesFor(185);
  });
});

describe('an announced upload', () => {
  const TEXT = tableOf('announced-', 3, (number) => (number === 1 ? 'none' : '100'));

  it('is put by its link, imported, and seen by its owner alone', async () => {
    const { status, body: link } = await run.announce({ contentType: 'text/csv', size: TEXT.length });
    expect([status, link.headers]).toEqual([201, { 'content-type': 'text/csv' }]);
    expect(link.url).toContain(`/uploads/${link.id}.csv?`);
    expect(new URL(link.url).searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;content-type;host',
    );
    expect(await run.see(link.id)).toMatchObject({ status: 200, body: { state: 'WAITING' } });

    const put = await fetch(link.url, { method: 'PUT', headers: link.headers, body: TEXT });
    expect(put.status).toBe(200);
    await until(async () => (await run.see(link.id)).body.state === 'DONE', 30_000);
    const { body: upload } = await run.see(link.id);
    expect(upload).toMatchObject({
      id: link.id,
      size: TEXT.length,
      checksum: expect.stringMatching(/^[0-9a-f]{32}$/),
      rowsAccepted: 2,
      rowsRefused: 1,
    });
    const report = await fetch(upload.report);
    expect(await report.json()).toMatchObject({
      uploadId: link.id,
      problems: [{ line: 3, column: 'amount' }],
    });
    expect((await run.see(link.id, 'bob')).status).toBe(404);
    expect((await run.see('01KE6P4YM085R2G34YS8EPPB3S')).status).toBe(404);
  });

  it('may be packed', async () => {
    const request = { contentType: 'application/x-ndjson', contentEncoding: 'gzip', size: 9 };
    const { body: link } = await run.announce(request);
    expect(link.headers).toEqual({ 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' });
    expect(link.url).toContain(`/uploads/${link.id}.ndjson.gz?`);
    expect(new URL(link.url).searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-encoding;content-length;content-type;host',
    );
  });

  it('may be put by a page of the shop, and by no other', async () => {
    const request = { contentType: 'text/csv', contentEncoding: 'gzip', size: 9 };
    const { body: link } = await run.announce(request);
    const preflight = (origin: string) =>
      fetch(link.url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': Object.keys(link.headers).join(),
        },
      });
    const { status, headers } = await preflight('http://localhost:3000');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:3000']);
    expect(headers.get('access-control-expose-headers')).toBe('ETag');
    expect((await preflight('https://elsewhere.example')).status).toBe(403);
  });

  it.each([
    ['another type', { contentType: 'image/png', size: 1 }, '/contentType'],
    ['no size', { contentType: 'text/csv' }, '/size'],
    ['more than 1 GB', { contentType: 'text/csv', size: 1_073_741_825 }, '/size'],
    ['nothing in it', { contentType: 'text/csv', size: 0 }, '/size'],
  ])('of %s is refused', async (_, request, pointer) => {
    expect(await run.announce(request)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});
