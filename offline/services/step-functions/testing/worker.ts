import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startAwsEndpoint } from '../../../aws/endpoint.ts';
import { openStore } from '../../../store.ts';
import { startStepFunctions } from '../index.ts';

/** A process that a test kills: it runs executions in a folder, and logs each call of a function before and after. */
const [folder = '', log = ''] = process.argv.slice(2);
const stepFunctions = startStepFunctions({
  region: 'eu-west-1',
  store: openStore(folder),
  async invoke(functionArn, payload) {
    const call = `${JSON.stringify({ function: functionArn.split(':').at(-1), payload, process: process.pid })}\n`;
    appendFileSync(log, call);
    await delay(20);
    return { payload: JSON.stringify(payload) };
  },
  aws() {
    throw new Error('There are no other services.');
  },
});
const { url } = await startAwsEndpoint(0, [stepFunctions.api]);
stepFunctions.resume();
console.log(url);
