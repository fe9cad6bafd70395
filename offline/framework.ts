/** What this folder uses of the Serverless Framework (osls), which ships no types. */

export interface FunctionDeclaration {
  readonly name: string;
  readonly handler?: string;
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly reservedConcurrency?: number;
  events?: readonly Record<string, unknown>[];
  environment?: Record<string, unknown>;
  readonly destinations?: unknown;
  readonly onError?: unknown;
  readonly maximumRetryAttempts?: unknown;
  readonly maximumEventAge?: unknown;
}

/** What all functions have in common unless they say otherwise. */
export interface ProviderDeclaration {
  readonly timeout?: number;
  readonly memorySize?: number;
  readonly environment?: Record<string, unknown>;
  /** Properties of buckets that events create. */
  readonly s3?: Record<string, unknown>;
}

export interface Framework {
  readonly serviceDir: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly service: {
    readonly service: string;
    readonly provider: ProviderDeclaration & {
      readonly httpApi?: { readonly cors?: unknown; readonly authorizers?: Record<string, unknown> };
    };
    readonly functions?: Record<string, FunctionDeclaration>;
    readonly layers?: Record<string, unknown>;
    readonly resources?: unknown;
    readonly plugins?: unknown;
    custom?: Record<string, unknown>;
  };
  readonly configurationInput: { readonly stepFunctions?: unknown };
  readonly pluginManager: { readonly plugins: readonly object[] };
  getProvider(name: 'aws'): {
    getRegion(): string;
    getStage(): string;
    readonly naming: { getStackName(): string; getLambdaLogicalId(functionKey: string): string };
  };
}

/** What the command line may say for `sls offline`. */
export interface Options {
  readonly data?: string;
  readonly reset?: boolean;
  readonly httpPort?: string;
  readonly websocketPort?: string;
  readonly awsPort?: string;
  readonly issuerPort?: string;
  readonly lambdaPort?: string;
  readonly reportsPort?: string;
  readonly databasePort?: string;
  /** serverless-offline's own option. */
  readonly host?: string;
  readonly function?: string;
}
