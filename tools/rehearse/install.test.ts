import { describe, expect, it } from '@jest/globals';
import { taught } from './install.ts';

const provider = '        "ProviderName": f"cognito-idp.{get_region()}.amazonaws.com/{pool_id}",';
const alarm = [
  'def _cw_metric_alarm_record(name, props):',
  '    if props.get("Metrics"): raise ValueError("metric math is not supported")',
];
const dashboard = [
  '    "AWS::CloudWatch::Dashboard": {',
  '        "create": _cw_dashboard_create,',
  '    },',
];
const unkept = (type: string) => [
  `    "${type}": {`,
  '        "create": lambda logical_id, props, stack_name: (logical_id, {}),',
  '        "update": lambda physical_id, old_props, new_props, stack_name: (physical_id, {}),',
  '        "delete": lambda physical_id, props: None,',
  '    },',
];
const lacking = [provider, ...alarm, ...dashboard].join('\n');

describe("the emulator's source", () => {
  it('gets the ProviderURL of user pools, alarms on metric math, saved queries, and what a WebSocket API has more', () => {
    expect(taught(lacking).split('\n')).toEqual([
      provider,
      '        "ProviderURL": f"https://cognito-idp.{get_region()}.amazonaws.com/{pool_id}",',
      alarm[0],
      '    if props.get("Metrics"):',
      '        props = {**props, "Metrics": None, "Namespace": "math", "MetricName": "math"}',
      alarm[1],
      ...unkept('AWS::Logs::QueryDefinition'),
      ...unkept('AWS::ApiGatewayV2::Deployment'),
      ...unkept('AWS::ApiGatewayV2::RouteResponse'),
      ...dashboard,
    ]);
  });

  it('stays as it is when it has all of it', () => {
    expect(taught(taught(lacking))).toBe(taught(lacking));
  });

  it.each([
    [provider, '"ProviderName": name_of(pool_id),', "a user pool's ProviderURL"],
    [alarm[0] ?? '', 'def _alarm(name):', 'alarms on metric math'],
    [dashboard[0] ?? '', 'DASHBOARD = {', 'saved queries'],
  ])('is refused when it has %s in another way', (known, other, what) => {
    expect(() => taught(lacking.replace(known, other))).toThrow(`The emulator cannot be taught ${what}`);
  });
});
