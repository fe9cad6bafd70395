/** The few modules of the framework that this folder reaches by path; osls ships no types for them. */

declare module 'serverless/lib/serverless-error.js' {
  class ServerlessError extends Error {
    constructor(message: string, code: string, options?: ErrorOptions);
    code: string;
  }
  export = ServerlessError;
}

declare module 'serverless/lib/utils/serverless-utils/cloudformation-schema.js' {
  import type { Schema } from 'js-yaml';

  const schema: Schema;
  export = schema;
}

declare module 'serverless/lib/configuration/variables/parse.js' {
  /** What the framework found in a string; `start` and `end` are absent when one variable is all of it. */
  function parse(text: string): parse.Variable[] | null;
  namespace parse {
    interface Variable {
      start?: number;
      end?: number;
      /** Absent for an escaped variable. */
      sources?: Source[];
    }
    interface Source {
      /** Absent for a literal fall-back, whose text is in `value`. */
      type?: string;
      params?: Meta[];
      address?: Meta;
    }
    interface Meta {
      value: string | number | boolean | null;
      variables?: Variable[];
    }
  }
  export = parse;
}

declare module 'serverless/lib/plugins/aws/lib/naming.js' {
  /** Logical ids of what is compiled for a function, by its key. */
  const naming: Readonly<
    Record<
      | 'getNormalizedFunctionName'
      | 'getLambdaLogicalId'
      | 'getHttpApiIntegrationLogicalId'
      | 'getLambdaHttpApiPermissionLogicalId'
      | 'getWebsocketsIntegrationLogicalId'
      | 'getWebsocketsAuthorizerLogicalId'
      | 'getLambdaWebsocketsPermissionLogicalId',
      (key: string) => string
    >
  >;
  export = naming;
}
