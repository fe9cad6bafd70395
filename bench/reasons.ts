const LARGEST_PARTS =
  'to parse the body, to validate it and to time the request take most of it, as the rows of jsonBodyParser, validate and requestLog show';

/** Why a target is not met, by the name that it has in the report; each is something that a figure there shows. */
export const REASONS: Readonly<Record<string, string>> = {
  'the same by processor time, on the way to':
    'the SDK alone, cut down as ours is ("document client, bundled as ours"), takes nearly all of that; validation, logs and middleware come on top',
  'import of an items function, to Express':
    'getDocs holds the page that shows the API, and has by far the largest bundle of its service; the functions for items are below the target',
  'the same by processor time, to Express':
    'only functions that change items are above it: their bundles hold the schema of a whole item, which shows in their part of zod',
  'import and first request of getItem, to Express':
    'the first request takes as long on both sides (first ms); the import alone is below the target',
  'zip of getDocs': 'it carries the page that shows the API: nearly all of its bundle is swagger-ui-dist',
  'over a bare handler: our stack, validated body, silent': LARGEST_PARTS,
  'over a bare handler: our stack, validated body': `${LARGEST_PARTS}; the line that it writes to the log is the difference to the row above`,
  'sls offline is ready':
    'it takes 12 s of processor time until then, as ps tells of its processes: the framework five, esbuild four, Postgres two and the reports service one',
  'orders complete per second, at 20 placed':
    'an order is eleven runs of functions, which alone take 80 ms of processor time ([docs/cost](../cost/usage.json)); the engines, the callers and other work, as the load above the figure says, had the same two cores',
};
