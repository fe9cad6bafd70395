/**
 * What stands in bundles for JMESPath, of which Powertools' idempotency loads a whole interpreter. Our expressions are
 * one name of a field, or a list of names.
 */
const EXPRESSION = /^(?:\w+|\[\w+(?:, \w+)*\])$/;

/** The field that the expression names, or the list of those; `null` for one that is not there, as in JMESPath. */
export function search(expression: string, data: Readonly<Record<string, unknown>>): unknown {
  if (!EXPRESSION.test(expression)) {
    throw new Error(`Bundles know names of fields and lists of names, and not "${expression}".`);
  }
  const values = expression.match(/\w+/g)?.map((name) => data[name] ?? null) ?? [];
  return expression.startsWith('[') ? values : values[0];
}

/** The functions that an expression could call: none. */
export class PowertoolsFunctions {}
