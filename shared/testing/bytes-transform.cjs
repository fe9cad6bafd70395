/**
 * Stands in for esbuild's `with { type: 'bytes' }` under Jest: the module's default export is the file's bytes. It is
 * an ES module, since of a CommonJS module Jest would export every single byte too.
 */
module.exports = {
  /** @type {(text: string, file: string) => { code: string }} */
  process: (_, file) => ({
    code: `import { readFileSync } from 'node:fs';\nexport default readFileSync(${JSON.stringify(file)});`,
  }),
};
