import { describe, expect, it } from '@jest/globals';
import { withProviderUrl } from './install.ts';

const lacking = [
  '    return pool_id, {',
  '        "Arn": arn,',
  '        "ProviderName": f"cognito-idp.{get_region()}.amazonaws.com/{pool_id}",',
  '    }',
].join('\n');

describe("the emulator's source", () => {
  it('gets the ProviderURL of a user pool after its ProviderName', () => {
    expect(withProviderUrl(lacking).split('\n')).toEqual([
      '    return pool_id, {',
      '        "Arn": arn,',
      '        "ProviderName": f"cognito-idp.{get_region()}.amazonaws.com/{pool_id}",',
      '        "ProviderURL": f"https://cognito-idp.{get_region()}.amazonaws.com/{pool_id}",',
      '    }',
    ]);
  });

  it('stays as it is when it has one', () => {
    const has = '"ProviderName": "x",\n"ProviderURL": "https://x",\n';
    expect(withProviderUrl(has)).toBe(has);
  });

  it('is refused when it names the provider in another way', () => {
    expect(() => withProviderUrl('"ProviderName": name_of(pool_id),\n')).toThrow(
      'The emulator has no ProviderName where it is looked for.',
    );
  });
});
