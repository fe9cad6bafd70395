import { describe, expect, it } from '@jest/globals';
import { holds } from './cloudformation/intrinsics.ts';
import { localCloudSettings, withConditions } from './settings.ts';

const template = {
  Resources: {},
  Outputs: {},
  Conditions: {
    WithImage: { 'Fn::Equals': ['', 'an image'] },
    Public: { 'Fn::And': [{ Condition: 'WithImage' }, { 'Fn::Equals': ['1', '1'] }] },
    Other: { 'Fn::Equals': ['1', '2'] },
  },
};

describe('custom.localCloud.conditions', () => {
  it('decides a condition, and what is made of it', () => {
    const scope = {
      template: withConditions(template, { WithImage: true }),
      resources: new Map(),
      pseudo: {},
    };
    expect(['WithImage', 'Public', 'Other'].map((name) => holds(name, scope))).toEqual([true, true, false]);
    expect(holds('Public', { ...scope, template })).toBe(false);
  });

  it('is refused when it names a condition that the template does not have', () => {
    expect(() => withConditions(template, { ReportsOn: true })).toThrow(
      'custom.localCloud: conditions: there is no condition "ReportsOn".',
    );
  });

  it('is refused when it is neither true nor false, and beside what is not known', () => {
    const settings = (localCloud: unknown) => () => localCloudSettings({ localCloud });
    expect(settings({ conditions: { WithImage: 'yes' } })).toThrow(
      /^custom\.localCloud: conditions\.WithImage: /,
    );
    expect(settings({ condition: {} })).toThrow(
      'custom.localCloud: the local cloud does not support condition.',
    );
    expect(localCloudSettings(undefined)).toEqual({ conditions: {} });
  });
});
