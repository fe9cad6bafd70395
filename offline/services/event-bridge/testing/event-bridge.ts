import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { awsClient } from '../../../aws/client.ts';
import { startAwsEndpoint } from '../../../aws/endpoint.ts';
import { openStore, type Store } from '../../../store.ts';
import type { DeliveryOptions, Targets } from '../../targets.ts';
import { startEventBridge } from '../index.ts';

export const REGION = 'eu-west-1';

interface Delivered extends DeliveryOptions {
  readonly arn: string;
  readonly message: unknown;
}

/** EventBridge at an endpoint, with targets that only take down what they get, and a clock that can be put forward. */
export async function startTestBridge(start: string, store: Store = openStore(undefined)) {
  let offset = Date.parse(start) - Date.now();
  const delivered: Delivered[] = [];
  /** What the targets throw instead, by ARN. */
  const failures = new Map<string, Error>();
  const attempts: string[] = [];
  const targets: Targets = {
    async deliver(arn, message, options) {
      attempts.push(arn);
      const failure = failures.get(arn);
      if (failure) throw failure;
      delivered.push({ arn, message, ...options });
    },
  };
  const now = () => Date.now() + offset;
  const bridge = startEventBridge({ region: REGION, store, targets, now, random: () => 0 });
  const endpoint = await startAwsEndpoint(0, [bridge.api, bridge.schedulerApi]);
  bridge.start();
  const client = new EventBridgeClient({
    region: REGION,
    endpoint: endpoint.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    ...bridge,
    client,
    aws: awsClient(endpoint.url, REGION),
    delivered,
    failures,
    attempts,
    /** What the target got, once it has got something. */
    messagesTo: (arn: string) => delivered.filter((one) => one.arn === arn).map(({ message }) => message),
    advance(milliseconds: number) {
      offset += milliseconds;
      bridge.tick();
    },
    async stop() {
      client.destroy();
      bridge.stop();
      await endpoint.close();
    },
  };
}

export type TestBridge = Awaited<ReturnType<typeof startTestBridge>>;
