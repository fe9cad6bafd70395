/** The comments of a page between which stands what a program makes. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** The page with these lines between its marks, in place of what was there. @throws Error when it has no such marks */
export function withMadePart(page: string, { begin, end }: Marks, lines: readonly string[]): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The page has no place for it: ${begin} … ${end}`);
  return [page.slice(0, from + begin.length), ...lines, page.slice(to)].join('\n');
}
