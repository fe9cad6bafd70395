import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import cloudFormationSchema from 'serverless/lib/utils/serverless-utils/cloudformation-schema.js';

/**
 * What YAML with CloudFormation's tags says, as the framework reads it: `!Ref Table` is `{Ref: 'Table'}`. `filename`
 * stands in the message of a YAMLException.
 */
export const parseYaml = (text: string, filename?: string): unknown =>
  load(text, { schema: cloudFormationSchema, ...(filename !== undefined && { filename }) });

export const readYaml = (file: string): unknown => parseYaml(readFileSync(file, 'utf8'), file);
