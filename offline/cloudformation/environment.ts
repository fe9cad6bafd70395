import { LocalCloudError, messageOf } from '../errors.ts';
import { resolve, type Scope } from './intrinsics.ts';

/**
 * Environment variables as a function gets them: plain strings. What resolves to nothing is left out.
 *
 * @throws LocalCloudError that names the owner, `function createItem` for example, and the variable
 */
export function resolveEnvironment(
  owner: string,
  environment: Readonly<Record<string, unknown>>,
  scope: Scope,
): Record<string, string> {
  const resolved: Record<string, string> = {};
  for (const [name, declared] of Object.entries(environment)) {
    const value = declaredValue(owner, name, declared, scope);
    if (value === undefined || value === null) continue;
    if (typeof value === 'object') {
      throw new LocalCloudError(
        `${owner}: environment variable ${name} is no text: ${JSON.stringify(value)}`,
      );
    }
    resolved[name] = String(value);
  }
  return resolved;
}

function declaredValue(owner: string, name: string, declared: unknown, scope: Scope): unknown {
  try {
    return resolve(declared, scope);
  } catch (error) {
    throw new LocalCloudError(
      `${owner}: environment variable ${name} cannot be resolved: ${messageOf(error)}.`,
      {
        cause: error,
      },
    );
  }
}
