import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { boolean, number } from '../../declaration.ts';

/** What CloudFormation's `GenerateSecretString` takes, beside the template. */
export const passwordSchema = z.strictObject({
  PasswordLength: number.pipe(z.int().min(1).max(4_096)).default(32),
  ExcludeCharacters: z.string().max(4_096).default(''),
  ExcludeNumbers: boolean.default(false),
  ExcludePunctuation: boolean.default(false),
  ExcludeUppercase: boolean.default(false),
  ExcludeLowercase: boolean.default(false),
  IncludeSpace: boolean.default(false),
  RequireEachIncludedType: boolean.default(true),
});

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * A password by the rules of secretsmanager/latest/apireference/API_GetRandomPassword.html.
 *
 * @throws AwsError InvalidParameterException when the rules leave no characters, or too few for each type
 */
export function randomPassword(rules: z.output<typeof passwordSchema>): string {
  const types = [
    rules.ExcludeLowercase ? '' : LOWERCASE,
    rules.ExcludeUppercase ? '' : LOWERCASE.toUpperCase(),
    rules.ExcludeNumbers ? '' : '0123456789',
    rules.ExcludePunctuation ? '' : PUNCTUATION,
  ]
    .map((type) => [...type].filter((character) => !rules.ExcludeCharacters.includes(character)))
    .filter((type) => type.length > 0);
  const characters = [...types.flat(), ...(rules.IncludeSpace ? [' '] : [])];
  const required = rules.RequireEachIncludedType ? types : [];
  if (characters.length === 0 || required.length > rules.PasswordLength) {
    throw new AwsError(
      'InvalidParameterException',
      'The password cannot have each of the required characters.',
    );
  }
  for (;;) {
    const password = Array.from(
      { length: rules.PasswordLength },
      () => characters[randomInt(characters.length)] ?? '',
    );
    if (required.every((type) => password.some((character) => type.includes(character))))
      return password.join('');
  }
}
