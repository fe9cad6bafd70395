import { randomInt, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { jsonApi } from '../../aws/json-api.ts';
import { operation } from '../../aws/operation.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { irrelevant } from '../../declaration.ts';
import type { Store } from '../../store.ts';
import type { AwsApi } from '../service.ts';

const MAX_SECRETS = 10_000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

interface Row {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  readonly version: string;
  readonly value: string;
  readonly changed: number;
}

/** Of a secret that was created without one. */
const NO_VALUE = '';

const value = {
  SecretString: z.string().min(1).max(65_536),
  ClientRequestToken: z.string().min(32).max(64).default(randomUUID),
};
const secretId = z.string().min(1).max(2_048);

/** Secrets Manager; of each secret there is only the current version, and it goes only to who asks for it. */
export function startSecretsManager(options: { region: string; store: Store; now: () => number }): AwsApi {
  const { region, store, now } = options;
  store.exec(
    'CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, arn TEXT, created INTEGER, version TEXT, value TEXT, changed INTEGER)',
  );

  /** By name, by ARN, or by ARN without its last seven characters, which are random. */
  function find(id: string): Row {
    const row = store
      .prepare('SELECT * FROM secret WHERE ? IN (name, arn, substr(arn, 1, length(arn) - 7))')
      .get(id);
    if (row) return row as unknown as Row;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  function save({ name, arn, created, version, value, changed }: Row): object {
    const insert = store.prepare('INSERT OR REPLACE INTO secret VALUES (?, ?, ?, ?, ?, ?)');
    insert.run(name, arn, created, version, value, changed);
    return { ARN: arn, Name: name, VersionId: version };
  }

  const operations = {
    CreateSecret: operation(
      z.strictObject({
        ...value,
        SecretString: value.SecretString.optional(),
        Name: z.string().regex(/^[\w/+=.@-]{1,512}$/),
        Description: irrelevant,
        KmsKeyId: irrelevant,
        Tags: irrelevant,
      }),
      ({ Name, SecretString = NO_VALUE, ClientRequestToken }) => {
        const names = store.prepare('SELECT name FROM secret').all();
        if (names.some(({ name }) => name === Name)) {
          throw new AwsError('ResourceExistsException', `The secret ${Name} already exists.`);
        }
        if (names.length >= MAX_SECRETS)
          throw new AwsError('LimitExceededException', 'There are 10000 secrets.');
        const suffix = Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
        const arn = `arn:aws:secretsmanager:${region}:${ACCOUNT_ID}:secret:${Name}-${suffix}`;
        const times = { created: now(), changed: now() };
        return save({ name: Name, arn, version: ClientRequestToken, value: SecretString, ...times });
      },
    ),

    PutSecretValue: operation(
      z.strictObject({ ...value, SecretId: secretId }),
      ({ SecretId, SecretString, ClientRequestToken: version }) => {
        const secret = find(SecretId);
        if (secret.version === version && secret.value !== SecretString) {
          throw new AwsError('ResourceExistsException', `Version ${version} has another value.`);
        }
        const saved = save({ ...secret, version, value: SecretString, changed: now() });
        return { ...saved, VersionStages: ['AWSCURRENT'] };
      },
    ),

    GetSecretValue: operation(
      z.strictObject({
        SecretId: secretId,
        VersionId: z.string().optional(),
        VersionStage: z.literal('AWSCURRENT', 'only AWSCURRENT is supported').optional(),
      }),
      ({ SecretId, VersionId }) => {
        const { name, arn, version, value, changed } = find(SecretId);
        if (value === NO_VALUE || (VersionId !== undefined && VersionId !== version)) {
          const wanted = VersionId === undefined ? 'staging label: AWSCURRENT' : `VersionId: ${VersionId}`;
          const message = `Secrets Manager can't find the specified secret value for ${wanted}`;
          throw new AwsError('ResourceNotFoundException', message);
        }
        const current = { VersionId: version, VersionStages: ['AWSCURRENT'], CreatedDate: changed / 1_000 };
        return { ARN: arn, Name: name, SecretString: value, ...current };
      },
    ),

    DescribeSecret: operation(z.strictObject({ SecretId: secretId }), ({ SecretId }) => {
      const { name, arn, version, created, changed } = find(SecretId);
      const dates = { CreatedDate: created / 1_000, LastChangedDate: changed / 1_000 };
      return { ARN: arn, Name: name, ...dates, VersionIdsToStages: { [version]: ['AWSCURRENT'] } };
    }),
  };
  return jsonApi({ signingName: 'secretsmanager', target: 'secretsmanager', operations });
}
