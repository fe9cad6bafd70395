import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../offline/errors.ts';
import { compare } from './diff/changes.ts';
import { aws, deployed } from './diff/deployed.ts';
import { packaged } from './diff/packaged.ts';
import { asMarkdown, asText } from './diff/report.ts';
import { packageOf } from './template/compile.ts';

const HELP = `npm run diff [-- --stage STAGE] [options]

What a deploy would change of the deployed stack, resource by resource, asked with the AWS credentials of the
environment. It changes nothing. Ends with 2 when a table, a bucket, a queue or another resource that holds data would
be removed, let go or replaced.

  --stage STAGE        the stage (default: dev)
  --param NAME=VALUE   a parameter, as sls deploy takes it; may be repeated
  --template FILE      compares with this template instead, and with the packages that lie beside it
  --allow-stateful     ends with 0 all the same
  --json               writes the changes as JSON
  --markdown           writes them for a comment on a pull request
  --help               shows this text
`;

const ROOT = join(import.meta.dirname, '..');
const TEMPLATE = 'cloudformation-template-update-stack.json';
const flag = { type: 'boolean' } as const;

interface Options {
  readonly stage: string;
  readonly param: readonly string[];
  readonly template?: string | undefined;
  readonly 'allow-stateful'?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly markdown?: boolean | undefined;
}

/** Ends the command's work: 0, or 2 when data is endangered. */
async function diff(options: Options): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-diff-'));
  try {
    const { stackName, region } = await packageOf(ROOT, options.stage, parametersOf(options.param), folder);
    const next = packaged(join(folder, TEMPLATE));
    const current = options.template ? packaged(options.template) : await deployed(aws(region), stackName);
    const comparison = compare(current, next);
    const title = `${stackName} in ${region}: what a deploy would change`;
    if (options.json) console.log(JSON.stringify({ stackName, region, ...comparison }, undefined, 2));
    else console.log(options.markdown ? asMarkdown(title, comparison) : asText(title, comparison));
    const endangered = comparison.changes.filter(({ endangersData }) => endangersData);
    if (endangered.length === 0 || options['allow-stateful']) return 0;
    const names = endangered.map(({ resource, kind }) => `${resource} (${kind})`).join(', ');
    console.error(`Data would be lost or left behind: ${names}. --allow-stateful accepts it.`);
    return 2;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const parametersOf = (given: readonly string[]) =>
  Object.fromEntries(
    given.map((parameter) => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(parameter) ?? [];
      if (name === undefined) throw new Error(`--param takes NAME=VALUE, not ${parameter}`);
      return [name, value ?? ''];
    }),
  );

try {
  const { values } = parseArgs({
    options: {
      stage: { type: 'string', default: 'dev' },
      param: { type: 'string', multiple: true, default: [] },
      template: { type: 'string' },
      ...{ 'allow-stateful': flag, json: flag, markdown: flag, help: flag },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else process.exitCode = await diff(values);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
