// Runs in a process whose standard output goes to /dev/null: sends requests to every variant in turns.

const [, , bundle = '', batches, requests] = process.argv;
/** @type {typeof import('./subjects/warm-handlers.ts')} */
const { variants, setLogging } = await import(bundle);

for (const { name, request } of variants) {
  const { statusCode } = /** @type {{ statusCode: number }} */ (await request());
  if (statusCode >= 300) throw new Error(`${name} answers ${statusCode}.`);
}

// Batches. It takes some ten thousand requests of each until their times no longer fall.
const WARM_UP = 1_000;
const times = variants.map(({ name, kind }) => ({ name, kind, batches: /** @type {number[]} */ ([]) }));
for (let batch = -WARM_UP; batch < Number(batches); batch++) {
  for (const [index, { logs, request }] of variants.entries()) {
    setLogging(logs);
    const before = process.hrtime.bigint();
    for (let sent = 0; sent < Number(requests); sent++) await request();
    if (batch >= 0)
      times[index]?.batches.push(Number(process.hrtime.bigint() - before) / 1e3 / Number(requests));
  }
}

process.getBuiltinModule('node:fs').writeSync(3, JSON.stringify(times));
