import { runInNewContext } from 'node:vm';
import type { Answer, Variables, WrittenRequest } from './written-request.ts';

/**
 * Reads the requests of a file for the HTTP clients of JetBrains and for httpYac, as far as requests.http uses the format:
 * `###` and a title, lines of comments, the request, and a script for the answer.
 *
 * @see https://www.jetbrains.com/help/idea/exploring-http-syntax.html
 */
export const httpFileRequests = (text: string): WrittenRequest[] =>
  text
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const parts = /^(.+)\n((?:#.*\n)*)([\s\S]+?)\n\n> \{%([\s\S]+)%\}\s*$/.exec(section);
      if (!parts) throw new Error(`No request with a script can be read here: ${section}`);
      const [, title = '', comments = '', written = '', script = ''] = parts;
      const [head = '', ...body] = written.split('\n\n');
      const [line = '', ...headers] = head.split('\n');
      const [method = '', url = ''] = line.split(' ');
      return {
        ...{ title, method, url },
        headers: Object.fromEntries(headers.map((header) => header.split(/: (.*)/))),
        body: body.length > 0 ? body.join('\n\n') : undefined,
        followsRedirects: !comments.includes('@no-redirect'),
        check: (answer, variables) => scripted(script, answer, variables),
      };
    });

/** What of the script's tests fails. */
function scripted(script: string, { status, headers, body }: Answer, variables: Variables): string[] {
  const failures: string[] = [];
  const client = {
    global: {
      get: (name: string) => variables.get(name),
      set: (name: string, value: unknown) => void variables.set(name, String(value)),
    },
    test(title: string, run: () => void) {
      try {
        run();
      } catch {
        failures.push(`${title}, not ${status} ${JSON.stringify(body)}`);
      }
    },
    assert(holds: boolean) {
      if (!holds) throw new Error('It does not hold.');
    },
  };
  const response = { status, body, headers: { valueOf: (name: string) => headers.get(name) } };
  runInNewContext(script, { client, response });
  return failures;
}
