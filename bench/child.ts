import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/**
 * What Lambda sets for every function, with credentials that open nothing, and what our provider adds. Nothing of
 * this process is handed on, so no NODE_OPTIONS and no compile cache.
 */
const LAMBDA_ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  NODE_DISABLE_COMPILE_CACHE: '1',
  LOG_LEVEL: 'INFO',
  POWERTOOLS_SERVICE_NAME: 'shop',
  POWERTOOLS_METRICS_NAMESPACE: 'shop',
  ALLOWED_ORIGINS: 'https://shop.example',
};

/** Runs a script of this folder in a new process and reads what it writes as JSON to its fourth stream. */
export async function runChild<Result>(
  script: string,
  args: readonly string[],
  { env, stdout, signal }: { env: Record<string, string>; stdout: 'pipe' | 'ignore'; signal: AbortSignal },
): Promise<Result> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/${script}`, ...args], {
    env: { ...LAMBDA_ENVIRONMENT, ...env },
    stdio: ['ignore', stdout, 'pipe', 'pipe'],
    signal,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdout?.resume();
  const [code, problem, result] = await Promise.all([
    ended,
    child.stderr ? text(child.stderr) : '',
    text(child.stdio[3] as NodeJS.ReadableStream),
  ]);
  if (code !== 0) throw new Error(`${script} ${args[0]} ended with ${code}:\n${problem.slice(-2_000)}`);
  return JSON.parse(result) as Result;
}
