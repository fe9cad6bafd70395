import { randomInt } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalCloudError } from './errors.ts';

/** Everything local listens here and nowhere else. */
export const LOOPBACK = '127.0.0.1';

/** A port that is about to be used; `option` is the command line option that moves it. */
export interface WantedPort {
  readonly port: number;
  readonly option: string;
  readonly purpose: string;
}

/** Where the parts of the local cloud listen unless the option of that name moves them. */
export const USUAL_PORTS = {
  httpPort: { port: 3_000, purpose: 'the HTTP API' },
  websocketPort: { port: 3_001, purpose: 'the WebSocket API' },
  awsPort: { port: 4_566, purpose: 'the AWS endpoint' },
  issuerPort: { port: 4_567, purpose: 'the token issuer' },
  lambdaPort: { port: 3_002, purpose: 'the Lambda endpoint' },
  reportsPort: { port: 8_080, purpose: 'the Reports API' },
} as const;

type PortOption = keyof typeof USUAL_PORTS;

/** A part of the local cloud at a port, or at its usual one. */
export function wantedPort(option: PortOption, port: number = USUAL_PORTS[option].port): WantedPort {
  return { port, option, purpose: USUAL_PORTS[option].purpose };
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const close = (server: Server) => new Promise((resolve) => server.close(resolve));

/** Throws an error that names the first port that another program, or another of these, has taken. */
export async function assertPortsFree(wanted: readonly WantedPort[]): Promise<void> {
  const held: Server[] = [];
  try {
    for (const { port, option, purpose } of wanted) {
      held.push(
        await listen(port).catch(() => {
          throw new LocalCloudError(
            `Port ${port} (${purpose}) is taken. Stop the program that uses it, or choose another port with --${option}.`,
          );
        }),
      );
    }
  } finally {
    await Promise.all(held.map(close));
  }
}

/**
 * Ports that nobody listens on. They are below those that systems give to outgoing connections (from 32768 on Linux,
 * from 49152 elsewhere), which might take them before they are used.
 */
export async function freePorts(count: number): Promise<number[]> {
  // All are held until all are found, so that no two are the same.
  const held = await Promise.all(Array.from({ length: count }, listenSomewhere));
  const ports = held.map(portOf);
  await Promise.all(held.map(close));
  return ports;
}

async function listenSomewhere(): Promise<Server> {
  for (let attempt = 1; attempt < 20; attempt += 1) {
    const server = await listen(randomInt(10_000, 32_768)).catch(() => undefined);
    if (server) return server;
  }
  throw new LocalCloudError('No free port was found between 10000 and 32767.');
}

/** Waits until somebody listens on the port, or nobody waits for it any more. */
export async function untilOpen(port: number, isAwaited: () => boolean): Promise<void> {
  while (isAwaited() && !(await isOpen(port))) await delay(25, undefined, { ref: false });
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

/** Reads a port given on the command line; throws an error that names the option. */
export function parsePort(option: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) {
    throw new LocalCloudError(`--${option} ${value}: a port is a number from 1 to 65535.`);
  }
  return port;
}
