import { table } from '../../../offline/log.ts';
import type { Step } from '../story.ts';
import type { World } from '../world.ts';

export const running: Step<World> = {
  name: 'running',
  title: 'What runs',
  async run({ endpoints: { http, aws, reports, issuer, docs }, isOwnCloud, run }, { say }) {
    say(
      isOwnCloud
        ? 'A local cloud of this demo alone, which ends with it:'
        : 'The local cloud that was running:',
    );
    say(
      table([
        ['HTTP API', http],
        ['AWS endpoint', aws],
        ['reports', reports],
        ['token issuer', issuer],
        ['documentation', docs],
      ]),
    );
    say(`This run is ${run}. All that it makes has that in its name.`);
    return { run, isOwnCloud, http, aws, reports, issuer, docs };
  },
};
