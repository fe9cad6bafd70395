/** Which rows of a long list are drawn; `end` is not. */
export interface Rows {
  readonly start: number;
  readonly end: number;
}

/** Drawn beyond what is seen, so that scrolling shows no gap before the next picture. */
const BEYOND = 8;

/** The rows of equal height that are in view, and some more; all lengths in pixels. */
export function visibleRows(list: {
  readonly count: number;
  readonly rowHeight: number;
  readonly scrolled: number;
  readonly height: number;
}): Rows {
  const { count, rowHeight, scrolled, height } = list;
  const first = Math.min(Math.floor(Math.max(0, scrolled) / rowHeight), count);
  return {
    start: Math.max(0, first - BEYOND),
    end: Math.min(count, first + Math.ceil(height / rowHeight) + BEYOND),
  };
}
