/** What a program that is told of a DATABASE_HOST gets besides: a URL, since the local database knows no TLS. */
export function databaseVariables(
  environment: Readonly<Record<string, unknown>>,
  databaseUrl: string | null,
): Record<string, string> {
  return environment.DATABASE_HOST && databaseUrl !== null ? { DATABASE_URL: databaseUrl } : {};
}
