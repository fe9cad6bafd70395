import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AwsError } from '../../aws/error.ts';
import { passwordSchema, randomPassword } from './password.ts';

const generate = (rules: object = {}) => randomPassword(passwordSchema.parse(rules));

describe('a random password', () => {
  it('has 32 characters and one of each type, when nothing else is said', () => {
    const password = generate();
    expect(password).toHaveLength(32);
    for (const type of [/[a-z]/, /[A-Z]/, /\d/, /[!-/:-@[-`{-~]/]) expect(password).toMatch(type);
    expect(password).not.toContain(' ');
  });

  it('has one of each type even when it is as short as can be', () => {
    for (let times = 0; times < 50; times += 1) {
      const password = generate({ PasswordLength: 4 });
      for (const type of [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]) expect(password).toMatch(type);
    }
  });

  it('has only what is not excluded', () => {
    const flags = fc.record({
      ExcludeNumbers: fc.boolean(),
      ExcludePunctuation: fc.boolean(),
      ExcludeUppercase: fc.boolean(),
      ExcludeCharacters: fc.constantFrom('', 'abc', '"@/\\'),
    });
    fc.assert(
      fc.property(flags, (rules) => {
        const password = generate({ ...rules, PasswordLength: '40' });
        expect(password).toHaveLength(40);
        if (rules.ExcludeNumbers) expect(password).not.toMatch(/\d/);
        if (rules.ExcludeUppercase) expect(password).not.toMatch(/[A-Z]/);
        if (rules.ExcludePunctuation) expect(password).toMatch(/^[a-zA-Z\d]*$/);
        for (const character of rules.ExcludeCharacters) expect(password).not.toContain(character);
      }),
    );
  });

  it('is of spaces alone when nothing but those is left', () => {
    const rules = {
      ExcludeNumbers: 'true',
      ExcludePunctuation: true,
      ExcludeUppercase: true,
      ExcludeLowercase: true,
      IncludeSpace: true,
      PasswordLength: 3,
    };
    expect(generate(rules)).toBe('   ');
    expect(() => generate({ ...rules, IncludeSpace: false })).toThrow(AwsError);
  });

  it('cannot be shorter than the types that it must have', () => {
    expect(() => generate({ PasswordLength: 3 })).toThrow(AwsError);
    expect(generate({ PasswordLength: 3, RequireEachIncludedType: false })).toHaveLength(3);
  });
});
