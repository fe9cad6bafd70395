import { z } from 'zod';
import { AwsError } from '../../aws/error.ts';
import { jsonApi } from '../../aws/json-api.ts';
import { operation, parsed } from '../../aws/operation.ts';
import { isRecord } from '../../cloudformation/template.ts';
import { type Store, transaction } from '../../store.ts';
import type { AwsApi } from '../service.ts';
import type { Targets } from '../targets.ts';
import { eventBuses, type Rule } from './buses.ts';
import { deliveries } from './delivery.ts';
import {
  checkSize,
  detailsOf,
  type Entry,
  type Event,
  type EventDetails,
  newEvent,
  putEventsSchema,
} from './event.ts';
import { compilePattern } from './pattern.ts';
import { eventScheduler } from './scheduler.ts';

const TICK_MS = 1_000;
const RECENT = 100;

export interface EventBridge {
  readonly api: AwsApi;
  /** EventBridge Scheduler is a service of its own. */
  readonly schedulerApi: AwsApi;
  /** Begins to deliver, also what an earlier process left behind, and to follow schedules. */
  start(): void;
  stop(): void;
  /**
   * Puts an event of an AWS service on a bus.
   *
   * @throws AwsError ResourceNotFoundException when there is no such bus
   */
  publish(busArn: string, details: EventDetails): void;
  /** The last events of all buses, newest first. */
  recentEvents(): RecentEvent[];
  /** Does what is due by the clock, as it is done every second once started. */
  tick(): void;
}

/** An event that came to a bus, and the rules that it matched. */
export interface RecentEvent {
  /** Counts the events since the start. */
  readonly number: number;
  readonly bus: string;
  readonly rules: readonly string[];
  readonly event: Event;
}

/** Starts EventBridge; what is published is in the store before its publisher is answered. */
export function startEventBridge(options: {
  region: string;
  store: Store;
  targets: Targets;
  now?: () => number;
  random?: () => number;
}): EventBridge {
  const { region, store, targets, now = Date.now, random = Math.random } = options;
  const buses = eventBuses(region, now);
  const scheduler = eventScheduler(region, now);
  const outbox = deliveries({
    store,
    targets,
    now,
    random,
    forward: (busArn, event) => transaction(store, () => send(busArn, event, true)),
  });
  const recent: RecentEvent[] = [];
  let count = 0;
  let timer: NodeJS.Timeout | undefined;

  /** To be called in a transaction. */
  function send(bus: string | undefined, event: Event, isForwarded = false): void {
    const found = buses.find(bus);
    if (!found) throw new AwsError('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
    const matching = [...found.rules.values()].filter(
      (rule) => rule.description.State === 'ENABLED' && rule.matches(event),
    );
    count += 1;
    recent.push({
      number: count,
      bus: found.description.Name,
      rules: matching.map(({ description }) => description.Name),
      event,
    });
    if (recent.length > RECENT) recent.shift();
    for (const rule of matching) sendToTargets(rule, event, isForwarded);
  }

  function sendToTargets({ description, targets }: Rule, event: Event, isForwarded = false): void {
    const from = description.Arn;
    for (const target of targets.values()) {
      outbox.add({ from, target, event, at: now(), labels: { RULE_ARN: from }, isForwarded });
    }
  }

  function put(entry: Entry): { EventId?: string; ErrorCode?: string; ErrorMessage?: string } {
    try {
      const event = newEvent(region, detailsOf(entry, now()));
      if (buses.find(entry.EventBusName)) send(entry.EventBusName, event);
      // As on AWS, the publisher is not told.
      else console.error(`PutEvents: there is no event bus ${entry.EventBusName}; the event is lost.`);
      return { EventId: event.id };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { ErrorCode: error.code, ErrorMessage: error.message };
    }
  }

  const api = jsonApi({
    signingName: 'events',
    target: 'AWSEvents',
    operations: {
      ...buses.operations,
      PutEvents: operation(putEventsSchema, ({ Entries }) => {
        checkSize(Entries);
        const results = transaction(store, () => Entries.map(put));
        return { FailedEntryCount: results.filter((one) => one.ErrorCode).length, Entries: results };
      }),
      TestEventPattern: operation(
        z.strictObject({ EventPattern: z.string().max(4_096), Event: z.string() }),
        ({ EventPattern, Event }) => {
          return { Result: compilePattern(parsed(EventPattern))(completeEvent(Event)) };
        },
      ),
    },
  });

  function tick(): void {
    const time = now();
    for (const rule of buses.allRules()) {
      const due = rule.dueTime(time);
      if (due === undefined || rule.description.State === 'DISABLED') continue;
      const details = { source: 'aws.events', detailType: 'Scheduled Event', detail: {}, time: due };
      const event = newEvent(region, { ...details, resources: [rule.description.Arn] });
      transaction(store, () => sendToTargets(rule, event));
    }
    for (const delivery of scheduler.due(time)) outbox.add(delivery);
  }

  return {
    api,
    schedulerApi: scheduler.api,
    tick,
    recentEvents: () => recent.toReversed(),
    publish: (busArn, details) => transaction(store, () => send(busArn, newEvent(region, details))),
    start() {
      outbox.start();
      timer = setInterval(tick, TICK_MS).unref();
    },
    stop() {
      outbox.stop();
      clearInterval(timer);
    },
  };
}

function completeEvent(json: string): Record<string, unknown> {
  const event = parsed(json);
  const mandatory = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];
  if (isRecord(event) && mandatory.every((name) => Object.hasOwn(event, name))) return event;
  const reason = `it must be a JSON object with ${mandatory.join(', ')}`;
  throw new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${reason}.`);
}
