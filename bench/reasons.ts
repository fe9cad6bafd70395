const BUSY_MACHINE =
  'other work wanted each core several times over, as the load above the figure says; the p10 column shows batches that it disturbed least';
const SDK =
  'the SDK alone, cut down as ours is ("document client, bundled as ours"), takes nearly all of that; validation, logs and middleware come on top';

/** Why a target is not met, by the name that it has in the report. */
export const REASONS: Readonly<Record<string, string>> = {
  'the same by processor time, on the way to': SDK,
  'the same by processor time, to Express':
    'createItem does more than the Express app: it answers once per key, which brings idempotency and its schema into the bundle',
  'import and first request of getItem, to Express':
    'the first call of the SDK, which signs and connects, is the same work on both sides',
  'zip of getDocs':
    'it carries the page that shows the API, with all of Swagger UI; developers open it, not shoppers',
  'over a bare handler: our stack, validated body, silent': BUSY_MACHINE,
  'over a bare handler: our stack, validated body': `it writes a line to the log, which the row above it does not; and ${BUSY_MACHINE}`,
  'sls offline is ready': 'other work wanted each core several times over, as the load above the figure says',
};
