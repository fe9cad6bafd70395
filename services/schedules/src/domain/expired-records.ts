import type { KindName, Page, Position, Walked } from './walk.ts';

/** Rows that say when they may be forgotten. */
export interface Records {
  /** The ids of rows that have expired by then, page after page. */
  expired(by: Date, position: Position | undefined): Promise<Page<string>>;
  /** Deletes a row when it has expired by then, also now; answers whether it had. */
  delete(id: string, by: Date): Promise<boolean>;
}

/** Notes of what was done before. What has expired is not looked at by those who keep it, whether it is there or not. */
export const expiredRecords = (name: KindName, records: Records): Walked<string> => ({
  name,
  page: (position, { cutOff }) => records.expired(cutOff, position),
  idOf: (id) => id,
  clean: async (id, { cutOff, dryRun }) => dryRun || records.delete(id, cutOff),
});
