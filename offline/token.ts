import { parseArgs } from 'node:util';
import { runningEndpoints, stateFolder } from './endpoints.ts';
import { fail, messageOf } from './errors.ts';
import { issuedToken } from './issued-token.ts';

const HELP = `Prints an access token of the local issuer.

  npm run --silent token -- [options]

  --scope <scopes>      separated by spaces, for example "shop/items.write shop/orders"
  --sub <subject>       whom the token is for (default: local-user)
  --audience <client>   the audience (default: what the API expects)
  --expires <seconds>   how long it is valid (default: 3600); negative: it has expired
`;

const text = { type: 'string' } as const;

try {
  const { values } = parseArgs({
    options: {
      scope: text,
      sub: text,
      audience: text,
      expires: text,
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else process.stdout.write(`${await token(values)}\n`);
} catch (error) {
  fail(messageOf(error));
}

async function token({ expires, ...request }: Record<string, string | boolean | undefined>): Promise<string> {
  if (expires !== undefined && !Number.isInteger(Number(expires))) {
    throw new Error(`--expires ${expires}: a whole number of seconds is expected.`);
  }
  const { issuer } = await runningEndpoints(stateFolder('.'));
  return issuedToken(issuer, { ...request, ...(expires !== undefined && { expires: Number(expires) }) });
}
