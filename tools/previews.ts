import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  CloudFormationClient,
  paginateListStackResources,
  paginateListStacks,
} from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { messageOf } from '../offline/errors.ts';
import { emptyBucket } from './empty-bucket.ts';
import { REGION } from './region.ts';

const HELP = `npm run previews [-- --remove] [options]

Lists the stages of pull requests that are closed, and removes them. It asks AWS for the stages, with the credentials of
the environment, and GitHub for the pull requests of GITHUB_REPOSITORY, with GITHUB_TOKEN.

  --remove            removes them with all that is in their buckets; ends with 1 when one cannot be removed, after all have been tried
  --param NAME=VALUE  a parameter, as sls remove takes it; may be repeated
  --region REGION     where the stages are (default: ${REGION}, that of sls)
  --help              shows this text
`;

const ROOT = join(import.meta.dirname, '..');

/** Numbers of the pull requests that have a stage. */
async function previewsIn(region: string): Promise<number[]> {
  const client = new CloudFormationClient({ region });
  const numbers: number[] = [];
  for await (const { StackSummaries = [] } of paginateListStacks({ client }, {})) {
    for (const { StackName = '', StackStatus } of StackSummaries) {
      const [, number] = /^shop-pr-(\d+)$/.exec(StackName) ?? [];
      if (number !== undefined && StackStatus !== 'DELETE_COMPLETE') numbers.push(Number(number));
    }
  }
  return numbers.sort((one, other) => one - other);
}

/** @throws Error when GitHub does not say: a stage is not removed on a guess */
async function isClosed(number: number): Promise<boolean> {
  const {
    GITHUB_API_URL = 'https://api.github.com',
    GITHUB_REPOSITORY = '',
    GITHUB_TOKEN = '',
  } = process.env;
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/pulls/${number}`, {
    headers: { authorization: `Bearer ${GITHUB_TOKEN}`, accept: 'application/vnd.github+json' },
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) throw new Error(`GitHub answers ${response.status} about pull request ${number}.`);
  const { state } = (await response.json()) as { state: string };
  return state === 'closed';
}

/** @throws Error when a bucket cannot be emptied, or the framework does not remove the stage and has said why */
async function remove(stage: string, region: string, parameters: readonly string[]): Promise<void> {
  for (const bucket of await bucketsOf(stage, region)) await emptyBucket(new S3Client({ region }), bucket);
  const given = parameters.flatMap((parameter) => ['--param', parameter]);
  const { status, error } = spawnSync('sls', ['remove', '--stage', stage, '--region', region, ...given], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(error?.message ?? 'sls remove failed.');
}

/** Names of the buckets that are still there, but for that of the packages, which the framework empties. */
async function bucketsOf(stage: string, region: string): Promise<string[]> {
  const client = new CloudFormationClient({ region });
  const buckets: string[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: `shop-${stage}` })) {
    for (const resource of page.StackResourceSummaries ?? []) {
      const { ResourceType, LogicalResourceId, ResourceStatus, PhysicalResourceId } = resource;
      if (ResourceType !== 'AWS::S3::Bucket' || LogicalResourceId === 'ServerlessDeploymentBucket') continue;
      if (PhysicalResourceId && ResourceStatus !== 'DELETE_COMPLETE') buckets.push(PhysicalResourceId);
    }
  }
  return buckets;
}

try {
  const { values } = parseArgs({
    options: {
      remove: { type: 'boolean' },
      param: { type: 'string', multiple: true, default: [] },
      region: { type: 'string', default: REGION },
      help: { type: 'boolean' },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else {
    for (const number of await previewsIn(values.region)) {
      if (!(await isClosed(number))) continue;
      const stage = `pr-${number}`;
      console.log(stage);
      if (!values.remove) continue;
      await remove(stage, values.region, values.param).catch((error: unknown) => {
        console.error(`${stage} is still there: ${messageOf(error)}`);
        process.exitCode = 1;
      });
    }
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
