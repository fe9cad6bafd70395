import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Stands in for importing openapi.json under Jest. */
export default JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8'));
