import { startOffline } from '../offline/testing/offline.ts';
import { root } from './bundles.ts';
import { openShop, settled } from './orders.ts';
import { sumOfTree } from './process-tree.ts';
import { type Figure, fixed } from './report.ts';
import type { Run } from './run.ts';

const PARTS = 10;
/** Parts in which functions start and code is compiled. */
const WARM_UP = 2;
const CALLERS = 8;
const DRAIN_MS = 120_000;
const MOST_GROWTH = 0.1;

/** The memory of the local cloud, all its processes together, while orders are placed and brought to their end. */
export async function memory({ quick, signal, progress }: Run): Promise<Figure> {
  const orders = quick ? 500 : 10_000;
  const offline = await startOffline({ folder: root });
  const stop = () => void offline.stop();
  signal.addEventListener('abort', stop);
  const megabytes = [residentOf(offline.pid)];
  try {
    const { place } = await openShop(offline);
    for (let part = 0; part < PARTS; part += 1) {
      progress(`memory: ${(part * orders) / PARTS} of ${orders} orders`);
      let next = (part * orders) / PARTS;
      const end = next + orders / PARTS;
      const caller = async () => {
        while (next < end) {
          signal.throwIfAborted();
          await place(`order-${next++}`);
        }
      };
      await Promise.all(Array.from({ length: CALLERS }, caller));
      await settled(offline, DRAIN_MS);
      megabytes.push(residentOf(offline.pid));
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await offline.stop();
  }

  const settledAt = megabytes[WARM_UP] ?? Number.NaN;
  const growth = (megabytes.at(-1) ?? Number.NaN) / settledAt - 1;
  const label = (part: number) => `${((part * orders) / PARTS).toLocaleString('en')} orders`;
  return {
    title: 'Memory of the local cloud',
    text: [
      `In MB, resident, after every ${(orders / PARTS).toLocaleString('en')} of ${orders.toLocaleString('en')} orders that have ended:`,
      megabytes.map((value) => fixed(value, 0)).join(', '),
      'All processes of `sls offline` together; tables, queues and histories of workflows are kept in memory.',
    ].join('\n'),
    charts: [
      {
        name: 'memory',
        title: 'Memory of the local cloud over orders',
        unit: 'MB',
        bars: megabytes.map((value, part) => ({ label: label(part), value, isOurs: true })),
      },
    ],
    budgets: [
      {
        name: `memory from ${label(WARM_UP)} to ${label(PARTS)}`,
        target: `±${MOST_GROWTH * 100} %`,
        measured: `${growth >= 0 ? '+' : ''}${fixed(growth * 100, 1)} %`,
        met: Math.abs(growth) <= MOST_GROWTH,
      },
    ],
    data: { orders, megabytes },
  };
}

/** Of a process and all that it started, in MB. */
const residentOf = (pid: number) => (sumOfTree(pid, 'rss') * 1_024) / 1e6;
