import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

it('lists the packages of production, also those that tools need, and no tool', () => {
  const printed = execFileSync(process.execPath, [join(import.meta.dirname, 'sbom.ts')], {
    encoding: 'utf8',
  });
  const { bomFormat, components } = JSON.parse(printed) as {
    bomFormat: string;
    components: { name: string }[];
  };
  const names = components.map(({ name }) => name);
  expect(bomFormat).toBe('CycloneDX');
  // Tools need zod and fastify as well.
  expect(names).toEqual(expect.arrayContaining(['zod', 'fastify', 'pg', 'stripe', '@aws-sdk/client-s3']));
  expect(names).not.toContain('jest');
  expect(names).not.toContain('serverless');
});
