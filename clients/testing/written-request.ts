import { randomUUID } from 'node:crypto';

/** What the requests of a collection tell each other, by name. */
export type Variables = Map<string, string>;

/** A request as a collection has it, with `{{names}}` for what is only known later. */
export interface WrittenRequest {
  readonly title: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly followsRedirects: boolean;
  /** What is not as the collection says; keeps for later requests what it keeps. */
  check(answer: Answer, variables: Variables): string[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed, if it is JSON. */
  readonly body: unknown;
}

/** Sends the request and answers what is not as its collection says. */
export async function failuresOf(request: WrittenRequest, variables: Variables): Promise<string[]> {
  const { method, url, headers, body, followsRedirects } = request;
  const response = await fetch(filled(url, variables), {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [
      name,
      filled(value, variables),
    ]),
    ...(body !== undefined && { body: filled(body, variables) }),
    redirect: followsRedirects ? 'follow' : 'manual',
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const answer = {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
  return request.check(answer, variables);
}

/** The text with values in the place of names. Throws for a name that has none. */
export const filled = (text: string, variables: Variables): string =>
  text.replace(/\{\{(.+?)\}\}/g, (_, name: string) => {
    // Two names for the same in two programs.
    const value = ['$uuid', '$guid'].includes(name) ? randomUUID() : variables.get(name);
    if (value === undefined) throw new Error(`Nothing is called {{${name}}}.`);
    return value;
  });
