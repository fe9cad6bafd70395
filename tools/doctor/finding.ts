/** What a check has found. */
export interface Finding {
  /** What was looked at: `ports`. */
  readonly check: string;
  /** With an error something does not work; with a warning it may not. */
  readonly level: 'ok' | 'warning' | 'error';
  /** One sentence or two, with neither secrets nor names of people in them. */
  readonly message: string;
  /** What to do about it, in one line. */
  readonly fix?: string;
}
