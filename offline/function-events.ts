import { resolve, type Scope, UnresolvedIntrinsic } from './cloudformation/intrinsics.ts';
import { isRecord } from './cloudformation/template.ts';
import type { Application } from './declared-application.ts';
import { LocalCloudError } from './errors.ts';
import { eventSourceMapping } from './event-sources/function-events.ts';
import { functionEventResources } from './services/event-bridge/function-events.ts';
import { functionArn } from './services/lambda/index.ts';
import { bucketEventResources, type ProviderBuckets } from './services/s3/function-events.ts';
import type { DeclaredResource } from './services/service.ts';
import { topicEventResources } from './services/sns/function-events.ts';

/** Events that the HTTP front and the WebSocket front serve. */
const ELSEWHERE = ['httpApi', 'websocket'];
const SUPPORTED = new Set(['sqs', 'stream', 'schedule', 'eventBridge', 'sns', 's3']);

/**
 * The resources that the framework makes of the events of all functions: what is invoked by what.
 *
 * @throws LocalCloudError that names an event, or a property of one, that is not supported
 */
export function resourcesOfEvents(
  { functions, region, provider }: Application,
  scope: Scope,
): DeclaredResource[] {
  const buckets = resolve(provider.s3 ?? {}, scope) as ProviderBuckets;
  return Object.entries(functions).flatMap(([key, { name, events = [] }]) => {
    const target = { key, name, arn: functionArn(region, name) };
    const resolved = events.map((event) => resolvedEvent(key, event, scope));
    for (const event of resolved) {
      const [kind = ''] = Object.keys(event);
      if (!ELSEWHERE.includes(kind) && !SUPPORTED.has(kind)) {
        throw new LocalCloudError(`function ${key}: the local cloud does not support the event ${kind}.`);
      }
    }
    const mappings = resolved.map((event, index) => eventSourceMapping(key, name, event, index));
    return [
      ...mappings.filter((mapping) => mapping !== undefined),
      ...functionEventResources(target, resolved),
      ...topicEventResources(target, resolved, (id) => scope.resources.get(id)?.attributes.Arn),
      ...bucketEventResources(target, resolved, buckets),
    ];
  });
}

function resolvedEvent(key: string, event: unknown, scope: Scope): Record<string, unknown> {
  try {
    // An authorizer may name what nothing here stands in for; the fronts resolve what they need.
    const kind = isRecord(event) ? ELSEWHERE.find((elsewhere) => elsewhere in event) : undefined;
    if (kind) return { [kind]: true };
    const resolved = resolve(event, scope);
    return isRecord(resolved) ? resolved : {};
  } catch (error) {
    if (!(error instanceof UnresolvedIntrinsic)) throw error;
    throw new LocalCloudError(`function ${key}: an event cannot be resolved: ${error.message}.`, {
      cause: error,
    });
  }
}
