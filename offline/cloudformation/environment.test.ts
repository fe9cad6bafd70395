import { expect, it } from '@jest/globals';
import { resolveEnvironment } from './environment.ts';
import { mergeTemplates } from './template.ts';

const scope = {
  template: mergeTemplates([
    { Resources: { A: { Type: 'X' } } },
    undefined,
    { Resources: { B: { Type: 'Y' } } },
  ]),
  resources: new Map([['A', { ref: 'a', attributes: {} }]]),
  pseudo: {},
};

it('turns everything into text and leaves out what has no value', () => {
  const environment = { NAME: { Ref: 'A' }, LIMIT: 3, ON: false, OFF: { Ref: 'AWS::NoValue' }, NULL: null };
  expect(resolveEnvironment('function f', environment, scope)).toEqual({
    NAME: 'a',
    LIMIT: '3',
    ON: 'false',
  });
});

it('names the function and the variable that cannot be resolved', () => {
  expect(() => resolveEnvironment('function createItem', { TOPIC: { Ref: 'B' } }, scope)).toThrow(
    'function createItem: environment variable TOPIC cannot be resolved: "B" is of type Y, which the local cloud does not emulate.',
  );
});

it('refuses a variable that is a map', () => {
  expect(() => resolveEnvironment('function f', { MAP: { a: 1 } }, scope)).toThrow(
    'function f: environment variable MAP is no text: {"a":1}',
  );
});
