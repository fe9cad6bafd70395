import { createRequire } from 'node:module';
import type { Finding } from './finding.ts';

const require = createRequire(import.meta.url);
const Settings: typeof import('../../shared/serverless/settings.cjs') = require('../../shared/serverless/settings.cjs');
const {
  params,
}: typeof import('../../shared/serverless/params.cjs') = require('../../shared/serverless/params.cjs');

/** Whether `sls deploy` would take the stage and the parameters (`name=value`), by the check that it makes itself. */
export function settingsFinding(stage: string, param: string[]): Finding {
  const check = 'parameters';
  try {
    new Settings(
      {
        processedInput: { commands: ['deploy'], options: { stage, param }, isHelpRequest: false },
        serviceDir: '',
        configurationInput: { params },
        service: {},
        variablesMeta: new Map(),
        classes: { Error },
      },
      {},
      { log: { notice: () => {} } },
    );
    return { check, level: 'ok', message: `The parameters of ${stage} are valid.` };
  } catch (error) {
    return {
      check,
      level: 'error',
      message: (error as Error).message,
      fix: 'docs/parameters.md lists stages and parameters with what they may be.',
    };
  }
}
