import { alarmRules } from './alarms.ts';
import { apiFunctionRules } from './api-functions.ts';
import { asynchronousRules } from './asynchronous.ts';
import { containerRules } from './containers.ts';
import { dashboardRules } from './dashboards.ts';
import { dataRules } from './data.ts';
import { functionRules } from './functions.ts';
import { httpApiRules } from './http-api.ts';
import { permissionRules } from './permissions.ts';
import { queueRules } from './queues.ts';
import type { Rule } from './rule.ts';
import { stateMachineRules } from './state-machines.ts';

/** What the packs of others miss, or ask of the wrong resources. */
export const rules: readonly Rule[] = [
  ...functionRules,
  ...permissionRules,
  ...queueRules,
  ...asynchronousRules,
  ...alarmRules,
  ...dashboardRules,
  ...httpApiRules,
  ...apiFunctionRules,
  ...stateMachineRules,
  ...dataRules,
  ...containerRules,
];
