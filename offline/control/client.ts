import { LocalCloudError } from '../errors.ts';

/**
 * Asks the control API of the local cloud whose AWS endpoint this is; `path` is what follows `/_local/`.
 * @throws LocalCloudError with the reason when it refuses
 */
export async function askControl<Answer>(
  aws: string,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${aws}/_local/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer & { error?: string };
  if (!response.ok) {
    throw new LocalCloudError(answer.error ?? `The local cloud answers ${response.status}.`);
  }
  return answer;
}
