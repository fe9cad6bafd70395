import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parseYaml } from '../cloudformation-yaml.ts';
import { at, idOf, type Template } from '../template/template.ts';
import { codeKeys, type Deployable } from './changes.ts';

/** What is asked of AWS about a deployed stack. */
export interface Cloud {
  /** The template's text; undefined when there is no such stack. */
  readonly templateOf: (stack: string) => Promise<string | undefined>;
  readonly physicalId: (stack: string, logicalId: string) => Promise<string>;
  /** What the framework noted on a package: base64 of its SHA-256; undefined when the object is gone. */
  readonly packageHash: (bucket: string, key: string) => Promise<string | undefined>;
}

/** The stack as it is deployed; without resources when it is not. */
export async function deployed(cloud: Cloud, stack: string): Promise<Deployable> {
  const text = await cloud.templateOf(stack);
  if (text === undefined) return { template: { Resources: {} }, codeHashes: new Map() };
  const template = parseYaml(text, `template of ${stack}`) as Template;
  const buckets = new Map<string, string>();
  const codeHashes = new Map<string, string>();
  for (const { id, key } of codeKeys(template)) {
    const { Code, Content } = template.Resources[id]?.Properties ?? {};
    const named = at(Code ?? Content, 'S3Bucket');
    const reference = idOf(named);
    const bucket = reference
      ? (buckets.get(reference) ?? (await cloud.physicalId(stack, reference)))
      : String(named);
    if (reference) buckets.set(reference, bucket);
    const hash = await cloud.packageHash(bucket, key);
    if (hash !== undefined) codeHashes.set(key, hash);
  }
  return { template, codeHashes };
}

/** AWS by the credentials of the environment. */
export function aws(region: string): Cloud {
  const cloudFormation = new CloudFormationClient({ region });
  const s3 = new S3Client({ region });
  return {
    templateOf: async (StackName) => {
      try {
        const answer = await cloudFormation.send(
          new GetTemplateCommand({ StackName, TemplateStage: 'Original' }),
        );
        return answer.TemplateBody;
      } catch (error) {
        // No other name tells it from a wrong request.
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
        if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
        throw error;
      }
    },
    physicalId: async (StackName, LogicalResourceId) => {
      const { StackResourceDetail } = await cloudFormation.send(
        new DescribeStackResourceCommand({ StackName, LogicalResourceId }),
      );
      return StackResourceDetail?.PhysicalResourceId ?? '';
    },
    packageHash: async (Bucket, Key) => {
      try {
        const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket, Key }));
        return Metadata?.filesha256;
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFound') return undefined;
        throw error;
      }
    },
  };
}
