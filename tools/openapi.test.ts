import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openapiDocument } from '../shared/openapi.ts';
import { declaredServices } from './declared-services.ts';
import { declaredRoutes, describedOperations, openapiText } from './openapi.ts';

const root = join(import.meta.dirname, '..');
const committed = readFileSync(join(root, 'openapi.json'), 'utf8');
const document = JSON.parse(committed);
const services = declaredServices(root);

describe('openapi.json', () => {
  it('is what the declared routes and schemas make now (npm run openapi writes it)', async () => {
    expect(await openapiText()).toBe(committed);
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every deployed route and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method} ${path}`),
    );
    const deployed = declaredRoutes(services).map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual(deployed.sort());
    expect(deployed).toContain('post /items/{id}/stock');
  });

  it('asks for the scopes that the routes ask for', () => {
    expect(document.paths['/items'].post.security).toEqual([{ token: ['shop/items.write'] }]);
    expect(document.paths['/items'].get).not.toHaveProperty('security');
  });

  it('shows the schemas that validate: each handler has the contract that its operation describes', async () => {
    const { operations } = await describedOperations(services);
    for (const { folder, functions } of services) {
      for (const [key, { handler, events = [] }] of Object.entries(functions)) {
        if (!events.some(({ httpApi }) => httpApi)) continue;
        const file = join(folder, handler.replace(/\.handler$/, '.ts'));
        const module = await import(pathToFileURL(file).href);
        expect([key, module.handler.contract === operations[key]?.contract]).toEqual([key, true]);
      }
    }
  });

  it('names its operations once each', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations as Record<string, { operationId: string }>).map(
        ({ operationId }) => operationId,
      ),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers only to schemas that it has', () => {
    const references = [...committed.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(references.length).toBeGreaterThan(0);
    for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });
});

describe('the document of routes and operations', () => {
  const info = { title: 't', version: '1', description: 'd' };
  const operation = { summary: 's', tag: 'g', contract: {}, answers: {} };

  it('is refused when a route leads to a function that nobody describes', () => {
    const routes = [{ functionKey: 'lost', method: 'get', path: '/lost' }];
    expect(() => openapiDocument(info, routes, {}, {})).toThrow('No operation describes the function lost');
  });

  it('is refused when an operation has no route', () => {
    expect(() => openapiDocument(info, [], { lost: operation }, {})).toThrow(
      'No route leads to the described operations: lost',
    );
  });
});
