import { table } from '../../../offline/log.ts';
import type { Step } from '../story.ts';
import type { World } from '../world.ts';

const NEXT = [
  'npm start                  keeps the shop running; README.md has requests to make',
  'npm run dlq                shows dead-letter queues, and brings messages back',
  'npm run simulate           orders under injected faults, in a time of their own',
  'npm test                   every test',
];

export const links: Step<World> = {
  name: 'links',
  title: 'Where to look next',
  async run({ endpoints, isOwnCloud }, { say }) {
    const { docs, reports, aws } = endpoints;
    const control = `${aws}/_local/`;
    if (isOwnCloud) say('These end with the demo. Run it beside npm start, and they stay.');
    say(
      table([
        ['API documentation', docs],
        ['console', endpoints.console],
        ['reports', reports && `${reports}/reports/sales`],
        ['executions, queues, events', control],
      ]),
    );
    say(NEXT.join('\n'));
    return { docs, console: endpoints.console, reports, control };
  },
};
