import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Endpoints, removeEndpoints, runningEndpoints, writeEndpoints } from './endpoints.ts';
import { freePorts } from './ports.ts';
import { serve } from './serve.ts';

const endpoints = (aws: string): Endpoints => ({
  http: null,
  aws,
  websocket: null,
  reports: null,
  database: null,
  issuer: aws,
  docs: null,
  console: null,
  resources: { ItemsTable: 'items' },
});
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'endpoints-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const notRunning = 'The local cloud is not running. Start it with npm start.';

it('are read as they were written while the local cloud answers', async () => {
  const serving = await serve(0, (_, response) => response.end());
  writeEndpoints(folder, endpoints(serving.url));
  expect(await runningEndpoints(folder)).toEqual(endpoints(serving.url));
  expect(readdirSync(folder)).toEqual(['endpoints.json']);
  serving.close();
});

it('are refused when nothing answers there any more', async () => {
  const [port] = await freePorts(1);
  writeEndpoints(folder, endpoints(`http://127.0.0.1:${port}`));
  await expect(runningEndpoints(folder)).rejects.toThrow(notRunning);
});

it('are refused when there are none, and gone once removed', async () => {
  await expect(runningEndpoints(folder)).rejects.toThrow(notRunning);
  writeEndpoints(folder, endpoints('http://127.0.0.1:1'));
  removeEndpoints(folder, 'http://127.0.0.1:1');
  expect(existsSync(join(folder, 'endpoints.json'))).toBe(false);
  removeEndpoints(folder, 'http://127.0.0.1:1');
});

it('stay when they are those of a cloud that was started since', async () => {
  writeEndpoints(folder, endpoints('http://127.0.0.1:2'));
  removeEndpoints(folder, 'http://127.0.0.1:1');
  expect(existsSync(join(folder, 'endpoints.json'))).toBe(true);
});
