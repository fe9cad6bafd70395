import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutants } from './mutants.ts';

const service = new URL('..', import.meta.url).href;

/** @throws RangeError for a name that no mutant has */
export function mutantNamed(name: string): Mutant {
  const mutant = mutants.find((each) => each.name === name);
  if (mutant) return mutant;
  throw new RangeError(
    `There is no mutant ${name}; there are ${mutants.map((each) => each.name).join(', ')}.`,
  );
}

/** The text of a file of the service as the mutant has it. */
export function mutated(file: string, text: string, mutant: Mutant | undefined): string {
  if (mutant?.file !== file) return text;
  const parts = text.split(mutant.find);
  if (parts.length === 2) return parts.join(mutant.replace);
  throw new Error(`${mutant.name}: "${mutant.find}" is ${parts.length - 1} times in ${file}, and not once.`);
}

/**
 * From now on a module of this service that is imported as `…?mutant=<name>` is the mutant's, and so are the modules of
 * the service that it imports. Nothing is written to any file.
 */
export function letModulesMutate(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const name = context.parentURL && mutantIn(context.parentURL);
      const isOurs = resolved.url.startsWith(service) && !mutantIn(resolved.url);
      return name && isOurs ? { ...resolved, url: `${resolved.url}?mutant=${name}` } : resolved;
    },
    load(url, context, nextLoad) {
      const name = mutantIn(url);
      if (!name) return nextLoad(url, context);
      const plain = url.replace(/\?.*$/, '');
      const loaded = nextLoad(plain, context);
      const file = fileURLToPath(plain).slice(fileURLToPath(service).length);
      return { ...loaded, source: mutated(file, String(loaded.source), mutantNamed(name)) };
    },
  });
}

const mutantIn = (url: string): string | undefined => /\?mutant=([\w-]+)$/.exec(url)?.[1];
