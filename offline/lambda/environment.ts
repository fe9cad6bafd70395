import { devNull } from 'node:os';

/** What every function needs to reach the local cloud and nothing else, above all no real account. */
export function localCredentials(awsUrl: string, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // The developer's own ~/.aws must not have a say.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
}

/** Takes the developer's AWS settings out of this process, so that no function and no plugin can inherit them. */
export function scrubAwsSettings(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) {
    if (name.startsWith('AWS_')) delete env[name];
  }
}

/** The variables that the Lambda runtime itself sets. */
export function runtimeVariables(lambda: {
  name: string;
  handler: string;
  memorySize: number;
  folder: string;
}): Record<string, string> {
  return {
    _HANDLER: lambda.handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${lambda.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_TASK_ROOT: lambda.folder,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}
