/**
 * The only place that reads `process.env`.
 *
 * Throws an error that names every missing variable at once, when the module that asks is loaded: a function
 * that is deployed without a variable fails at its first start and not at its first rare request.
 */
export function readEnv<const Name extends string>(
  names: readonly Name[],
  source: Readonly<Record<string, string | undefined>> = process.env,
): Record<Name, string> {
  const missing = names.filter((name) => !source[name]);
  if (missing.length > 0) {
    throw new Error(`Missing environment variable${missing.length > 1 ? 's' : ''}: ${missing.join(', ')}`);
  }
  return Object.fromEntries(names.map((name) => [name, source[name]])) as Record<Name, string>;
}

/** The same for variables that may be missing or empty: those are `undefined`. */
export function readOptionalEnv<const Name extends string>(
  names: readonly Name[],
  source: Readonly<Record<string, string | undefined>> = process.env,
): Partial<Record<Name, string>> {
  return Object.fromEntries(names.flatMap((name) => (source[name] ? [[name, source[name]]] : []))) as Partial<
    Record<Name, string>
  >;
}
