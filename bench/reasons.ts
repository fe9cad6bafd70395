/** Why a target is not met, by the name that it has in the report. */
export const REASONS: Readonly<Record<string, string>> = {};
