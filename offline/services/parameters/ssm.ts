import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { jsonApi } from '../../aws/json-api.ts';
import { operation, page } from '../../aws/operation.ts';
import { ACCOUNT_ID } from '../../cloudformation/intrinsics.ts';
import { irrelevant } from '../../declaration.ts';
import type { Store } from '../../store.ts';
import type { AwsApi } from '../service.ts';

const MAX_PARAMETERS = 10_000;
const MAX_VALUE_BYTES = 4_096;

interface Row {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly modified: number;
}

/** See systems-manager/latest/userguide/sysman-paramstore-su-create.html. */
const newName = z
  .string()
  .max(1_011)
  .regex(/^((\/[\w.-]+){1,15}|[\w.-]+)$/, 'a name has letters, digits and _.-, in at most 15 levels after /')
  .refine((name) => !/^\/?(aws|ssm)/i.test(name), 'a name must not begin with aws or ssm');

const reference = z
  .string()
  .trim()
  .refine(
    (name) => !/:[^/]*$/.test(name.replace(/^arn:.*:parameter/, '')),
    'versions and labels are not supported',
  );

/** The parameters of Systems Manager; of each there is only the last version. */
export function startSsm({
  region,
  store,
  now,
}: {
  region: string;
  store: Store;
  now: () => number;
}): AwsApi {
  store.exec(
    'CREATE TABLE IF NOT EXISTS parameter (name TEXT PRIMARY KEY, type TEXT, value TEXT, version INTEGER, modified INTEGER)',
  );
  const arnOf = (name: string) => `arn:aws:ssm:${region}:${ACCOUNT_ID}:parameter/${name.replace(/^\//, '')}`;

  function find(asked: string): Row | undefined {
    const row = store.prepare('SELECT * FROM parameter WHERE name = ?');
    const path = asked.startsWith(arnOf('')) ? asked.slice(arnOf('').length) : undefined;
    const found = path === undefined ? row.get(asked) : (row.get(`/${path}`) ?? row.get(path));
    return found as unknown as Row | undefined;
  }

  function described({ name, type, value, version, modified }: Row): object {
    const dated = { LastModifiedDate: modified / 1_000, ARN: arnOf(name), DataType: 'text' };
    return { Name: name, Type: type, Value: value, Version: version, ...dated };
  }

  const operations = {
    GetParameter: operation(z.strictObject({ Name: reference, WithDecryption: irrelevant }), ({ Name }) => {
      const row = find(Name);
      if (!row) throw new AwsError('ParameterNotFound', `Parameter ${Name} not found.`);
      return { Parameter: described(row) };
    }),

    GetParameters: operation(
      z.strictObject({ Names: z.array(reference).min(1).max(10), WithDecryption: irrelevant }),
      ({ Names }) => ({
        Parameters: Names.flatMap((name) => find(name) ?? []).map(described),
        InvalidParameters: Names.filter((name) => !find(name)),
      }),
    ),

    GetParametersByPath: operation(
      z.strictObject({
        Path: z.string().startsWith('/'),
        Recursive: z.boolean().default(false),
        WithDecryption: irrelevant,
        MaxResults: z.int().min(1).max(10).default(10),
        NextToken: z.string().regex(/^\d+$/).optional(),
      }),
      ({ Path, Recursive, MaxResults, NextToken }) => {
        const folder = Path.endsWith('/') ? Path : `${Path}/`;
        const rows = store.prepare('SELECT * FROM parameter ORDER BY name').all() as unknown as Row[];
        const below = rows.filter(({ name }) => {
          const rest = name.slice(folder.length);
          return name.startsWith(folder) && (Recursive || !rest.includes('/'));
        });
        return page('Parameters', below.map(described), { Limit: MaxResults, NextToken });
      },
    ),

    PutParameter: operation(
      z.strictObject({
        Name: newName,
        Type: z.enum(['String', 'StringList']).optional(),
        Value: z.string().min(1),
        Overwrite: z.boolean().default(false),
        Tier: z.literal('Standard').optional(),
        DataType: z.literal('text').optional(),
        Description: irrelevant,
        Tags: irrelevant,
      }),
      ({ Name, Type, Value, Overwrite }) => {
        const present = find(Name);
        const type = Type ?? present?.type;
        const total = store.prepare('SELECT COUNT(*) AS total FROM parameter').get()?.total;
        if (present && !Overwrite)
          throw new AwsError('ParameterAlreadyExists', 'The parameter already exists.');
        if (!type) throw new AwsError('ValidationException', 'A new parameter needs a type.');
        if (Buffer.byteLength(Value) > MAX_VALUE_BYTES) {
          throw new AwsError('ValidationException', 'A standard parameter has 4096 bytes at most.');
        }
        if (!present && Number(total) >= MAX_PARAMETERS) {
          throw new AwsError('ParameterLimitExceeded', 'There are 10000 parameters.');
        }
        const version = (present?.version ?? 0) + 1;
        const insert = store.prepare('INSERT OR REPLACE INTO parameter VALUES (?, ?, ?, ?, ?)');
        insert.run(Name, type, Value, version, now());
        return { Version: version, Tier: 'Standard' };
      },
    ),
  };
  return jsonApi({ signingName: 'ssm', target: 'AmazonSSM', operations });
}
