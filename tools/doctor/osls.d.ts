/** How the framework asks AWS; osls ships no types for it. */
declare module 'serverless/lib/aws/config.js' {
  import type { STSClientConfig } from '@aws-sdk/client-sts';

  /** With the proxy, the certificates and the time-outs of the environment. */
  export function buildClientConfig(options: STSClientConfig): STSClientConfig;
}
