import type { Origin } from './dead-letter.ts';

/** How a message can be brought back, in words. */
export interface WayBack {
  /** What it came from. */
  readonly from: string;
  /** Where a redrive brings it; undefined when it cannot. */
  readonly to: string | undefined;
  /** What keeps it here. */
  readonly obstacle?: string;
}

/** The way back to where a message failed, as far as the message itself tells. */
export function wayBack(origin: Origin): WayBack {
  switch (origin.kind) {
    case 'queue': {
      const queue = `queue ${nameIn(origin.queueArn)}`;
      return { from: queue, to: queue };
    }
    case 'stream': {
      const from = `stream of table ${origin.batch.streamArn.split('/')[1]}`;
      return { from, to: `function ${nameIn(origin.functionArn)}, with what the ${from} holds of it` };
    }
    case 'invocation': {
      const to = `function ${nameIn(origin.functionArn)}`;
      return { from: `asynchronous invocation of ${to}`, to };
    }
    case 'rule': {
      const { ruleArn, targetArn } = origin;
      const from = `${ruleArn.includes(':schedule/') ? 'schedule' : 'rule'} ${nameIn(ruleArn)}`;
      const kind = TARGETS[targetArn.split(':')[2] ?? ''];
      if (kind) return { from, to: `${kind} ${nameIn(targetArn)}` };
      return { from, to: undefined, obstacle: `${targetArn} is no function and no queue.` };
    }
    case 'unknown':
      return { from: 'unknown', to: undefined, obstacle: origin.obstacle };
  }
}

const TARGETS: Readonly<Record<string, string>> = { lambda: 'function', sqs: 'queue' };

/** What the ARN names: a queue, a rule, a function without its qualifier. */
export function nameIn(arn: string): string {
  const parts = arn.replace(/:\$LATEST$/, '').split(/[:/]/);
  return parts.at(-1) ?? arn;
}

/** The rule of an ARN as ListTargetsByRule wants it; a rule of the default bus does not name its bus. */
export function ruleIn(arn: string): { readonly Rule: string; readonly EventBusName?: string } | undefined {
  const [, bus, rule] = /:rule\/(?:(.+)\/)?([^/]+)$/.exec(arn) ?? [];
  return rule === undefined ? undefined : { Rule: rule, ...(bus && { EventBusName: bus }) };
}

/**
 * Whether a rule's target gets something else than the event, which alone is in the dead-letter queue.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function isTransformed(target: object | undefined): boolean {
  return ['Input', 'InputPath', 'InputTransformer'].some(
    (name) => target !== undefined && name in target && target[name as keyof typeof target] !== undefined,
  );
}
