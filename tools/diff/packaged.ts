import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readYaml } from '../cloudformation-yaml.ts';
import type { Template } from '../template/template.ts';
import { codeKeys, type Deployable } from './changes.ts';

/** A template in a file, with the hashes of the packages that lie beside it. */
export function packaged(file: string): Deployable {
  const template = readYaml(file) as Template;
  if (!template?.Resources) throw new Error(`${file} is no CloudFormation template: it has no Resources`);
  const hashes = codeKeys(template).flatMap(({ key }) => {
    const path = join(dirname(file), basename(key));
    return existsSync(path)
      ? [[key, createHash('sha256').update(readFileSync(path)).digest('base64')] as const]
      : [];
  });
  return { template, codeHashes: new Map(hashes) };
}
