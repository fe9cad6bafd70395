import { LocalCloudError } from './errors.ts';
import type { TokenRequest } from './services/identity/index.ts';

/** An access token of the local issuer at this URL. @throws LocalCloudError that says why it refuses */
export async function issuedToken(issuer: string, request: TokenRequest): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const answer = (await response.json()) as { access_token?: string; error_description?: string };
  if (answer.access_token) return answer.access_token;
  throw new LocalCloudError(`The issuer refuses: ${answer.error_description}`);
}
