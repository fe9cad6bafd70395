import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PhysicalResource } from '../cloudformation/intrinsics.ts';
import type { Outcome } from '../lambda/instance.ts';

/** A resource of the template with its intrinsic functions resolved. */
export interface DeclaredResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** As it is declared. */
  readonly metadata?: unknown;
}

/**
 * One folder of `services/` stands in for one AWS service. It creates what is declared through the AWS API that it
 * emulates, so that a second process (`sls invoke local`) finds the same resources by the same code.
 */
export interface Provisioner {
  readonly resourceTypes: readonly string[];
  /** Creates the resource, or brings an existing one up to its declaration. */
  provision(resource: DeclaredResource): Promise<PhysicalResource>;
}

/** The AWS API of a service, as the one endpoint reaches it. */
export interface AwsApi {
  /** The service's name in the credential scope of a signed request. */
  readonly signingName: string;
  /** What `X-Amz-Target` begins with, for a request that is not signed. */
  readonly targets: readonly string[];
  /** Names the operation of a request in a REST protocol; in other protocols a request says it itself. */
  operationOf?(request: IncomingMessage): string;
  handle(request: IncomingMessage, response: ServerResponse, operation: string): void | Promise<void>;
}

/** Runs functions, by name or ARN. */
export interface Functions {
  /**
   * Runs the function to its end; what goes wrong inside it is an outcome. `trigger` is for the log.
   *
   * @throws AwsError ResourceNotFoundException when there is no such function
   */
  invoke(nameOrArn: string, event: unknown, trigger: string): Promise<Outcome>;
}
