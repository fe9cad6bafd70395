import { parseArgs } from 'node:util';

/** What `--help` shows. */
export const HELP = `npm run doctor [-- options]

Finds what would keep npm start, npm test or a deployment from working on this machine, and says for each what to do.
Ends with 1 when something is wrong. It changes nothing, and asks nothing of a network unless --deploy is given.

  --data DIR           also looks at the folder that npm start -- --data DIR would keep its state in
  --deploy             also looks at what a deployment needs: the account, the clock, the parameters, Docker
  --stage STAGE        the stage of that deployment, which implies --deploy (default: dev)
  --param NAME=VALUE   a parameter of it, as sls deploy takes it; may be repeated
  --json               writes the findings as JSON
  --help               shows this text
`;

/**
 * @param {string[]} args
 * @throws TypeError that names an option which does not exist
 */
export function readOptions(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const { values } = parseArgs({
    args,
    options: {
      data: text,
      deploy: flag,
      stage: text,
      param: { type: 'string', multiple: true, default: [] },
      json: flag,
      help: flag,
    },
  });
  const { data, stage = 'dev', param, json, help } = values;
  return { data, deploys: values.deploy || values.stage !== undefined, stage, param, json, help };
}
