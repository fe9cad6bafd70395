// The parts of a request of Bruno that the collection here uses.
declare module '@usebruno/lang' {
  interface Pair {
    readonly name: string;
    readonly value: string;
  }
  export interface BrunoRequest {
    readonly meta: { readonly name: string; readonly seq: string };
    readonly http: { readonly method: string; readonly url: string; readonly body: 'none' | 'json' | 'text' };
    readonly headers?: readonly Pair[];
    readonly auth?: { readonly bearer?: { readonly token: string } };
    readonly body?: { readonly json?: string; readonly text?: string };
    readonly vars?: { readonly res?: readonly Pair[] };
    readonly assertions?: readonly Pair[];
    readonly settings?: { readonly followRedirects?: boolean };
  }
  export function bruToJsonV2(text: string): BrunoRequest;
  export function bruToEnvJsonV2(text: string): { readonly variables: readonly Pair[] };
}
