import { createRequire, enableCompileCache } from 'node:module';
import { COMPILE_CACHE } from './compile-cache.ts';

/** `npm start`: `sls offline` with the options that follow, and with what was compiled at an earlier start. */
enableCompileCache(COMPILE_CACHE);
process.argv.splice(2, 0, 'offline');
createRequire(import.meta.url)('serverless/bin/serverless.js');
