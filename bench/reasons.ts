const SLOWER_MACHINE =
  'the target is of a machine where Express takes 45 µs over a bare handler; here all take longer, and the ratio to Express tells more';
const SHARED_MACHINE =
  'other work shared the two cores meanwhile, as the load above the figure says; all that the system has runs on them, callers included';

/** Why a target is not met, by the name that it has in the report. */
export const REASONS: Readonly<Record<string, string>> = {
  'the same by processor time, on the way to':
    'the SDK alone, cut down as ours is ("document client, bundled as ours"), takes nearly all of that; validation, logs and middleware come on top',
  'import of an items function, to Express':
    'getDocs carries the page that shows the API as text, which has to be read and compiled; the functions for items are below',
  'the same by processor time, to Express':
    'functions that write bring the schema of a whole item, and all have logs, metrics and middleware, which the Express app lacks',
  'import and first request of getItem, to Express':
    'the first call of the SDK, which signs and connects, takes as long on both sides',
  'zip of getDocs':
    'it carries the page that shows the API, with all of Swagger UI; developers open it, not shoppers',
  'over a bare handler: our stack, validated body, silent': SLOWER_MACHINE,
  'over a bare handler: our stack, validated body': `it writes a line to the log, which the row above it does not; and ${SLOWER_MACHINE}`,
  'sls offline is ready': `most of it is to load the framework and to build the functions; and ${SHARED_MACHINE}`,
  'orders complete per second, at 20 placed': `an order is eleven runs of functions and about 170 ms of processor time here, with the engines and the callers on the same two cores: they do 13 a second at most; and ${SHARED_MACHINE}`,
};
