import { join } from 'node:path';

/**
 * Where Node keeps what it has compiled of the framework and its plugins, which are 3,000 modules; `npm ci` empties it.
 * https://nodejs.org/api/module.html#module-compile-cache
 */
export const COMPILE_CACHE = join(import.meta.dirname, '../node_modules/.cache/compiled');
