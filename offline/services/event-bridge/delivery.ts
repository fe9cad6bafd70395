import { setImmediate } from 'node:timers/promises';
import { AwsError } from '../../aws/error.ts';
import { messageOf } from '../../errors.ts';
import { Outbox } from '../../outbox.ts';
import type { Store } from '../../store.ts';
import type { Targets } from '../targets.ts';
import type { Event } from './event.ts';
import { inputFor } from './input.ts';
import { isBus, type Target } from './target.ts';

/** One event on its way to one target, with all that it takes: rules may have changed when it gets there. */
export interface Delivery {
  /** The ARN of the rule or schedule. */
  readonly from: string;
  readonly target: Target;
  readonly event: unknown;
  /** When the first attempt was due. */
  readonly at: number;
  /** What a dead letter says of where it comes from. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the event came from another bus. */
  readonly isForwarded?: boolean;
}

interface Failure {
  readonly code: string;
  readonly message: string;
  /** No further attempt could do better. */
  readonly isFinal: boolean;
}

/** Shorter than on AWS, for a developer waits. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;
const MAX_MESSAGE = 1_000;

/** Brings events to targets, again and again as the target's retry policy has it, and in the end to its dead letters. */
export function deliveries(options: {
  store: Store;
  targets: Targets;
  now: () => number;
  random: () => number;
  /** Hands an event over to a bus. */
  forward: (busArn: string, event: Event) => void;
}): Outbox<Delivery> {
  const { store, targets, now, random, forward } = options;
  const hopeless = new WeakSet<Delivery>();

  async function deliver({ target, event, from, at, isForwarded }: Delivery): Promise<void> {
    if (isBus(target)) {
      // A bus is the end of the way from another: eventbridge/latest/userguide/eb-bus-to-bus.html
      if (isForwarded) throw new AwsError('THIRD_ACCOUNT_HOP_DETECTED', 'The event came from another bus.');
      forward(target.Arn, event as Event);
      return;
    }
    const matched = { event: event as Event, ruleArn: from, receivedAt: at };
    await targets.deliver(target.Arn, inputFor(target, matched), {
      trigger: triggerOf(from),
      ...(target.SqsParameters && { messageGroupId: target.SqsParameters.MessageGroupId }),
    });
  }

  return new Outbox<Delivery>(
    store,
    'event-bridge',
    {
      async attempt(delivery) {
        // Outside of the transaction that the delivery is written in.
        await setImmediate();
        try {
          await deliver(delivery);
        } catch (error) {
          const failure = failureOf(error);
          if (failure.isFinal) hopeless.add(delivery);
          // The outbox keeps no more of an error than its message.
          throw new Error(JSON.stringify(failure), { cause: error });
        }
      },

      retryAfterMs(delivery, attempts) {
        if (hopeless.has(delivery)) return undefined;
        const { retries, ageMs } = policyOf(delivery.target);
        const wait = Math.min(FIRST_WAIT_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS) * (0.5 + random() / 2);
        return attempts > retries || now() + wait > delivery.at + ageMs ? undefined : wait;
      },

      async giveUp(delivery, error, attempts) {
        const { target, event, from, labels } = delivery;
        const { code, message, isFinal } = JSON.parse(messageOf(error)) as Failure;
        const drop = (reason: string) =>
          console.error(`${triggerOf(from)}: an event is lost, since ${target.Arn} failed: ${reason}`);
        if (!target.DeadLetterConfig) return drop(message);
        const exhausted =
          attempts > policyOf(target).retries ? 'MaximumRetryAttempts' : 'MaximumEventAgeInSeconds';
        const attributes = {
          ...labels,
          TARGET_ARN: target.Arn,
          ERROR_CODE: code,
          ERROR_MESSAGE: message,
          RETRY_ATTEMPTS: String(attempts - 1),
          ...(!isFinal && { EXHAUSTED_RETRY_CONDITION: exhausted }),
        };
        try {
          await targets.deliver(target.DeadLetterConfig.Arn, event, { attributes, trigger: triggerOf(from) });
        } catch (refusal) {
          const isRefused = refusal instanceof AwsError && refusal.status < 500 && !isThrottled(refusal);
          if (!isRefused) throw refusal;
          drop(`${message}; its dead-letter queue: ${refusal.message}`);
        }
      },
    },
    now,
  );
}

function policyOf({
  RetryPolicy: { MaximumRetryAttempts = 185, MaximumEventAgeInSeconds = 86_400 } = {},
}: Target) {
  return { retries: MaximumRetryAttempts, ageMs: MaximumEventAgeInSeconds * 1_000 };
}

/** `rule orders` or `schedule sweep`. */
const triggerOf = (arn: string) => `${/:(rule|schedule)\//.exec(arn)?.[1]} ${arn.split('/').at(-1)}`;

/** The codes of eventbridge/latest/userguide/eb-rule-dlq.html; what is thrown in this folder has one already. */
function failureOf(error: unknown): Failure {
  const message = messageOf(error).slice(0, MAX_MESSAGE);
  const failure = (code: string, isFinal = false) => ({ code, message: message || code, isFinal });
  if (!(error instanceof AwsError)) return failure('INTERNAL_ERROR');
  if (/^[A-Z_]+$/.test(error.code)) return failure(error.code, true);
  if (/NotFound|NonExistent|DoesNotExist|NoSuch/.test(error.code)) return failure('NO_RESOURCE', true);
  if (/AccessDenied|NotAuthorized|Forbidden/.test(error.code)) return failure('NO_PERMISSIONS', true);
  return failure(isThrottled(error) ? 'THROTTLING' : 'ERROR_FROM_TARGET');
}

const isThrottled = (error: AwsError) => error.status === 429 || error.code.includes('Throttl');
