const { gzipSync } = require('node:zlib');

/** Stands in for shared/serverless/gzip.cjs under Jest. */
module.exports = {
  /** @param {string} text */
  process: (text) => ({ code: `module.exports = ${JSON.stringify(gzipSync(text).toString('base64'))};` }),
};
