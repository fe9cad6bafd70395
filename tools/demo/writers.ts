import { styleText } from 'node:util';
import type { Writer } from './story.ts';

type Print = (line: string) => void;

/** The story for people; colours only where the output is a terminal that wants them. */
export function textWriter(print: Print): Writer {
  let number = 0;
  const indented = (text: string) => print(text.replace(/^(?=.)/gm, '   '));
  return {
    begin(title) {
      number += 1;
      print(`\n${styleText('bold', `${number}. ${title}`)}`);
    },
    say: indented,
    check: ({ claim, held, detail }) =>
      indented(held ? `${styleText('green', '✓')} ${claim}` : `${styleText('red', '✗')} ${claim}: ${detail}`),
    end: ({ milliseconds }) => indented(styleText('dim', `(${seconds(milliseconds)})`)),
  };
}

/** The story for programs: one line of JSON for each step that is over. */
export function jsonWriter(print: Print): Writer {
  return {
    begin() {},
    say() {},
    check() {},
    end: (told) => print(JSON.stringify(told)),
  };
}

/** Of milliseconds: `1.25 s`. */
export const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(2)} s`;
