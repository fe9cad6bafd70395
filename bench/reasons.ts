const OF_ALL_CORES =
  'an order is twelve runs of eleven functions, whose processor time is in [docs/cost](../cost/usage.json)';

/** Why a target is not met, by the name that it has in the report; each is something that a figure there shows. */
export const REASONS: Readonly<Record<string, string>> = {
  'the same by processor time, on the way to':
    'the SDK alone, cut down as ours is ("document client, bundled as ours"), takes nearly all of that; validation, logs and middleware come on top',
  'the same by processor time, to Express':
    'by less than a hundredth, which is less than two measurements of it differ; adjustStock alone makes a second client of DynamoDB, for writes that are tried once',
  'import and first request of getItem, to Express':
    'the first request takes as long on both sides (first ms); the import alone is below the target',
  'zip of getDocs': 'it carries the page that shows the API: nearly all of its bundle is swagger-ui-dist',
  'over a bare handler: our stack, validated body':
    'the line that it writes to the log is the difference to the row above, which is below the target',
  'memory over 20000 messages and 20000 records':
    'the heap is as large at the end as after the first part; what is resident grew in two steps of 27 MB between parts where it stayed the same',
  'orders complete per second, at 20 placed': `${OF_ALL_CORES}; the engines, the callers and other work, as the load above the figure says, had the same two cores`,
  'npm test':
    'it is bound by the two processors: packages of each service and stage, functions in threads of their own, whole applications that start; what is proven by them was not given up for it',
};
