/** Stands in for esbuild's `with { type: 'text' }` under Jest: the module's default export is the file's text. */
module.exports = {
  /** @param {string} text */
  process: (text) => ({ code: `module.exports = ${JSON.stringify(text)};` }),
};
