import { describe, expect, it } from '@jest/globals';
import { type FaultKind, Faults } from './faults.ts';
import { Functions } from './functions.ts';
import { Network, type Request } from './network.ts';
import { randomFrom } from './random.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

const HOUR = 3_600_000;

/** A function makes one call, in which this goes wrong once: how it ended, and how often the call was carried out. */
async function callWith(fault: FaultKind | undefined, { kind = 'write', writes }: Partial<Request> = {}) {
  const time = new VirtualTime(0);
  const random = randomFrom(1);
  const trace = new Trace(() => time.now());
  const coming = new Set([fault]);
  const faults = Object.assign(new Faults(random, 1), { strikes: (one: FaultKind) => coming.delete(one) });
  const network = new Network({ time, random, faults, trace });
  const functions = new Functions({ time, random, trace });
  let performed = 0;
  const request: Request = {
    ...{ text: 'a call', kind, order: 1, ...(writes && { writes }) },
    perform: async () => {
      performed += 1;
      return 'done';
    },
  };
  const start = { name: 'processPayment', order: 1, timeoutMs: 30_000, isTask: true };
  const running = functions.run(start, (invocation) => network.call(invocation, request));
  await time.runUntil(HOUR);
  const outcome = await running;
  return { ended: 'error' in outcome ? outcome.error.errorType : outcome.payload, performed };
}

describe('the network of the simulation', () => {
  it.each([
    ['carries a call out', undefined, '"done"', 1],
    ['has a call that is throttled made again', 'throttled', '"done"', 1],
    ['has a call that is lost made again', 'requestLost', '"done"', 1],
    ['carries a call out twice whose answer is lost', 'replyLost', '"done"', 2],
    ['carries a call out twice that lands after it was given up', 'landsLate', '"done"', 2],
    [
      'does not carry out what meets another transaction',
      'transactionConflict',
      'TransactionConflictException',
      0,
    ],
    ['carries nothing out after a crash', 'crashBefore', 'Runtime.ExitError', 0],
    ['has carried the call out before a crash', 'crashAfter', 'Runtime.ExitError', 1],
    ['lets code go on for which nobody waits any more', 'outlivesItsTimeout', '"done"', 1],
  ] as const)('%s', async (_, fault, ended, performed) => {
    expect(await callWith(fault)).toEqual({ ended, performed });
  });

  it('has a function killed when its time is over', async () => {
    expect(await callWith('killedAtTimeout')).toMatchObject({ ended: 'Sandbox.Timedout' });
  });

  it('cancels a whole transaction that meets another', async () => {
    expect(await callWith('transactionConflict', { kind: 'transaction', writes: 2 })).toEqual({
      ended: 'TransactionCanceledException',
      performed: 0,
    });
  });

  it('loses no answer of a read, which changes nothing', async () => {
    expect(await callWith('replyLost', { kind: 'read' })).toEqual({ ended: '"done"', performed: 1 });
  });
});
