export type Row = Readonly<Record<string, unknown>>;

/** A change of one row of the shop's tables; a new row has no `before`, one that is gone no `after`. */
export interface Change {
  /** The same each time that the change comes. */
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly before?: Row;
  readonly after?: Row;
}
