import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../python.ts';

const SOURCE = 'lib/python3.*/site-packages/ministack/services/cloudformation/provisioners.py';

/**
 * Installs the emulator unless it is there. Returns the path of the server that runs it.
 *
 * @throws PythonUnavailable where Python cannot install packages
 */
export async function installEmulator(signal: AbortSignal): Promise<string> {
  const environment = await installPackages(join(import.meta.dirname, 'requirements.txt'), { signal });
  const [source] = globSync(SOURCE, { cwd: environment });
  if (source === undefined) throw new Error(`The emulator has no ${SOURCE}.`);
  const file = join(environment, source);
  writeFileSync(file, withProviderUrl(readFileSync(file, 'utf8')));
  return join(environment, 'bin', 'hypercorn');
}

/**
 * The emulator's source with the one attribute that the stack asks for and it does not have: a user pool's ProviderURL,
 * which is its ProviderName with https:// before it. A source that has it stays as it is.
 */
export function withProviderUrl(source: string): string {
  if (source.includes('"ProviderURL"')) return source;
  const name = /^( *)"ProviderName": f"(cognito-idp\.[^"]*)",$/m;
  if (!name.test(source)) throw new Error('The emulator has no ProviderName where it is looked for.');
  return source.replace(name, '$&\n$1"ProviderURL": f"https://$2",');
}
