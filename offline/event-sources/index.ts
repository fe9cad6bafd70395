import { functionArn } from '../services/lambda/index.ts';
import type { Provisioner } from '../services/service.ts';
import type { EventSource, Surroundings } from './event-source.ts';
import { type Mapping, mappingOf } from './mapping.ts';
import { startQueueSource } from './queue/index.ts';
import { type StreamSource, startStreamSource } from './stream/index.ts';

/** What Lambda polls for the application's functions. */
export class EventSources {
  readonly #mappings: Mapping[] = [];
  readonly #running: EventSource[] = [];
  readonly #streams: StreamSource[] = [];

  /** Takes note of a mapping; it begins with `start`, when the functions can run. */
  provisioner(region: string): Provisioner {
    const arnOf = (nameOrArn: string) =>
      nameOrArn.startsWith('arn:') ? nameOrArn : functionArn(region, nameOrArn);
    return {
      resourceTypes: ['AWS::Lambda::EventSourceMapping'],
      provision: async (resource) => {
        const mapping = mappingOf(resource, arnOf);
        if (mapping) this.#mappings.push(mapping);
        return { ref: resource.logicalId, attributes: { Id: resource.logicalId } };
      },
    };
  }

  async start(surroundings: Surroundings): Promise<void> {
    for (const mapping of this.#mappings) {
      if (mapping.kind === 'queue') {
        this.#running.push(startQueueSource(mapping, surroundings));
        continue;
      }
      const stream = await startStreamSource(mapping, surroundings);
      this.#running.push(stream);
      this.#streams.push(stream);
    }
  }

  /** Something was written to a table: streams are looked at now. */
  lookAtStreams(): void {
    for (const stream of this.#streams) stream.look();
  }

  stop(): void {
    for (const source of this.#running.splice(0)) source.stop();
  }
}
