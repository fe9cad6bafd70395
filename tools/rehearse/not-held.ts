import type { Template } from '../template/template.ts';
import { unlistedTypes } from './account.ts';
import { AMENDED } from './amendments.ts';
import type { NotHeld } from './report.ts';

/** What the emulator lacks or does otherwise than AWS, each seen with the version of requirements.txt. */
const LIMITS: readonly NotHeld[] = [
  ...AMENDED,
  {
    claim: 'names of errors that functions throw',
    reason:
      'the emulator calls all of them Runtime.HandlerError, so that the workflow retries also what it would not',
    instead: 'services/orders/test/workflow.integration.test.ts runs each Retry and Catch in the local cloud',
  },
  {
    claim: "the version in S3's event on the bus",
    reason: 'the emulator leaves detail.object.version-id out, and processUpload refuses such an event',
    instead: 'processUpload is invoked here with the event that S3 documents; rules run in the local cloud',
  },
  {
    claim: "the attribute ProviderURL of Cognito's user pool",
    reason: 'the emulator does not have it and is taught it when it is installed',
    instead: 'the local cloud has it; AWS documents it',
  },
  {
    claim: 'alarms on metric math, and saved queries',
    reason: 'the emulator refuses them and is taught to take them when it is installed',
    instead: 'npm run check:template, by their schemas',
  },
  {
    claim: 'the WebSocket API: its deployment, answers of its routes, and what is pushed',
    reason:
      'the emulator knows neither deployments nor route responses in a template and is taught to take them, so that no WebSocket is opened here; its functions are invoked',
    instead: 'services/live/test and offline/websocket hold a WebSocket to its API in the local cloud',
  },
  {
    claim: 'the reports service: its network, load balancer, containers and database',
    reason: 'they are there with an image alone, and none is built here',
    instead: 'npm run check:template, and services/reports/test with the container that the local cloud runs',
  },
  {
    claim: 'pauses of the workflow',
    reason: 'they are cut to a hundredth, so that what is retried by the wrong name ends soon',
    instead: 'the local cloud keeps them',
  },
  {
    claim: 'exports of outputs that an update takes away',
    reason: 'the emulator goes on to list them, also after the removal',
    instead: 'nothing',
  },
  {
    claim: 'buckets with objects keep their stack from being removed',
    reason: 'the emulator deletes them with all their objects',
    instead: 'the rehearsal empties them first, as services/events/README.md says',
  },
  {
    claim: 'TLS',
    reason: 'a front on loopback tells the emulator that requests came by TLS, as the policies demand',
    instead: 'requests that go around the front are seen to be refused',
  },
  {
    claim: 'redrive to dead-letter queues, partial batches, bisecting',
    reason: 'how the emulator times and splits deliveries is not how AWS does',
    instead: 'offline/test and services/*/test prove them in the local cloud',
  },
  {
    claim: 'alarms, metric and log retention, tracing, throttling, schedules at their time',
    reason: 'they are created, and nothing here waits for them',
    instead: 'npm run check:template checks that they are declared, but for the times',
  },
  {
    claim: 'traffic that shifts to new code, and back',
    reason:
      'the emulator has no CodeDeploy, and the rehearsal the values of dev, with which nothing is shifted',
    instead:
      'npm run check:template holds the aliases, groups, alarm and roles of prod; shifts are seen in AWS alone',
  },
  {
    claim: 'arm64 and the Lambda runtime',
    reason: "functions run from their zips on this machine's processor, in the Node 24 of this repository",
    instead: 'nothing; the bundles are JavaScript alone',
  },
];

/** The limits of the emulator, and what of this template is beyond them. */
export function notHeldOf({ Resources }: Template): NotHeld[] {
  const unlisted = unlistedTypes(Object.values(Resources).map(({ Type }) => Type));
  if (unlisted.length === 0) return [...LIMITS];
  return [
    ...LIMITS,
    {
      claim: `nothing is left of ${unlisted.join(', ')}`,
      reason: 'the rehearsal does not list these types after the removal',
      instead: 'the stack itself is gone',
    },
  ];
}
