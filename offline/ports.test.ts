import { createServer } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { assertPortsFree, freePorts, parsePort } from './ports.ts';

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const wanted = (port: number, option = 'httpPort') => ({ port, option, purpose: 'the HTTP API' });

it('finds ports that are free and all different', async () => {
  const ports = await freePorts(5);
  expect(new Set(ports).size).toBe(5);
  // Outgoing connections get theirs above.
  expect(Math.max(...ports)).toBeLessThan(32_768);
  await expect(assertPortsFree(ports.map((port) => wanted(port)))).resolves.toBeUndefined();
});

it.each(['127.0.0.1', '0.0.0.0'])(
  'names a port that a program on %s has taken, and the option',
  async (host) => {
    const [port = 0] = await freePorts(1);
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    await expect(assertPortsFree([wanted(port)])).rejects.toThrow(
      `Port ${port} (the HTTP API) is taken. Stop the program that uses it, or choose another port with --httpPort.`,
    );
  },
);

it('names a port that is wanted twice', async () => {
  const [port = 0] = await freePorts(1);
  await expect(assertPortsFree([wanted(port), wanted(port, 'awsPort')])).rejects.toThrow('with --awsPort.');
});

it('reads a port, or takes the usual one', () => {
  expect(parsePort('httpPort', '8080', 3_000)).toBe(8_080);
  expect(parsePort('httpPort', undefined, 3_000)).toBe(3_000);
});

it.each(['', '0', '65536', '80a', '-1', '1.5'])('refuses %j as a port', (value) => {
  expect(() => parsePort('httpPort', value, 3_000)).toThrow(
    `--httpPort ${value}: a port is a number from 1 to 65535.`,
  );
});
