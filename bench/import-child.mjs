// Runs in a new process: imports a bundle and, given an event, answers it once. Nothing else is imported before, so
// that the bundle pays for every module of Node that it uses.

const [, , bundle = '', event] = process.argv;
const milliseconds = (/** @type {bigint} */ from) => Number(process.hrtime.bigint() - from) / 1e6;

const cpuBefore = process.cpuUsage();
const beforeImport = process.hrtime.bigint();
const { handler } = await import(bundle);
const importMs = milliseconds(beforeImport);
const { user, system } = process.cpuUsage(cpuBefore);
/** @type {{ importMs: number, cpuMs: number, answerMs?: number }} */
const times = { importMs, cpuMs: (user + system) / 1e3 };

if (event) {
  // The emulator of DynamoDB speaks plain HTTP, whose module the SDK would load now and, on AWS, never needs.
  await import('node:http');
  const context = { awsRequestId: 'bench', functionName: 'bench', getRemainingTimeInMillis: () => 10_000 };
  const beforeAnswer = process.hrtime.bigint();
  const { statusCode, body } = await handler(JSON.parse(event), context);
  times.answerMs = milliseconds(beforeAnswer);
  // An order that is not there was looked for all the same.
  if (statusCode >= 400 && statusCode !== 404) throw new Error(`The answer is ${statusCode}: ${body}`);
}

process.getBuiltinModule('node:fs').writeSync(3, JSON.stringify(times));
process.exit(0);
