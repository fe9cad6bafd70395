/** One run of a function. `cpuMs` is what its thread had of a processor. */
export interface Metered {
  readonly functionKey: string;
  readonly isCold: boolean;
  readonly cpuMs: number;
  readonly event: unknown;
}

interface MeteredModule {
  readonly module: string;
  readonly exportName: string;
  readonly functionKey: string;
  /** Where runs are written to, one JSON line each. */
  readonly file: string;
}

type Handler = (event: unknown, context: unknown) => unknown;

/** The URL of a module whose handler runs that of the given one and writes down what it takes. */
export function metered(given: MeteredModule): string {
  const url = new URL('./handler.ts', import.meta.url);
  url.search = new URLSearchParams({ ...given }).toString();
  return url.href;
}

export function meteredIn(url: string): MeteredModule {
  return Object.fromEntries(new URL(url).searchParams) as unknown as MeteredModule;
}

export async function handlerOf(module: string, exportName: string): Promise<Handler> {
  const loaded: Record<string, Handler> = await import(module);
  const handler = loaded[exportName];
  if (!handler) throw new Error(`${module} does not export ${exportName}.`);
  return handler;
}
