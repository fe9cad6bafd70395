import type { PhysicalResource } from './cloudformation/intrinsics.ts';
import type { Template } from './cloudformation/template.ts';
import type { FunctionDeclaration, ProviderDeclaration } from './framework.ts';

/** The application as it is declared. */
export interface Application {
  readonly region: string;
  readonly stackName: string;
  readonly template: Template;
  /** By their keys. */
  readonly functions: Readonly<Record<string, FunctionDeclaration>>;
  readonly provider: ProviderDeclaration;
  /** The section of serverless-step-functions, if there is one. */
  readonly stepFunctions?: unknown;
  /** What the framework creates beside the template: functions and the API. */
  readonly implied: ReadonlyMap<string, PhysicalResource>;
}
