import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type Step, tellStory, type Writer } from './story.ts';
import { jsonWriter, textWriter } from './writers.ts';

const greets: Step<string> = {
  name: 'greets',
  title: 'A greeting',
  async run(world, { say, check }) {
    say(`Hello,\n${world}`);
    check('two and two are four', 4, 4);
    check('sums agree', { sum: 3 }, { sum: 4 });
    return { world };
  },
};
const breaks: Step<string> = {
  name: 'breaks',
  title: 'A mishap',
  run: () => Promise.reject(new Error('It did not happen in a minute.')),
};

/** What is printed of the steps, on a clock that moves on by 250 ms whenever it is read. */
async function told(
  writerOf: (print: (line: string) => void) => Writer,
  steps: readonly Step<string>[],
  signal = new AbortController().signal,
) {
  const lines: string[] = [];
  const writer = writerOf((line) => lines.push(stripVTControlCharacters(line)));
  let time = 0;
  const now = () => (time += 250);
  const checks = await tellStory(steps, 'world', { writer, now, signal });
  return { lines, checks };
}

describe('a story', () => {
  it('is told to people by its steps, what they say, and what held or did not', async () => {
    const { lines } = await told(textWriter, [greets]);
    expect(lines).toEqual([
      '\n1. A greeting',
      '   Hello,\n   world',
      '   ✓ two and two are four',
      '   ✗ sums agree: expected {"sum":3}, seen {"sum":4}',
      '   (0.25 s)',
    ]);
  });

  it('is told to programs by one line of JSON for each step', async () => {
    const { lines } = await told(jsonWriter, [greets, breaks]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        step: 'greets',
        title: 'A greeting',
        milliseconds: 250,
        checks: [
          { claim: 'two and two are four', held: true },
          { claim: 'sums agree', held: false, detail: 'expected {"sum":3}, seen {"sum":4}' },
        ],
        data: { world: 'world' },
      },
      {
        step: 'breaks',
        title: 'A mishap',
        milliseconds: 250,
        checks: [{ claim: 'breaks comes to its end', held: false, detail: 'It did not happen in a minute.' }],
        data: {},
      },
    ]);
  });

  it('goes on after a check that did not hold, and ends with a step that cannot go on', async () => {
    const { lines, checks } = await told(textWriter, [greets, breaks, greets]);
    expect(lines.filter((line) => /^\n\d/.test(line))).toEqual(['\n1. A greeting', '\n2. A mishap']);
    expect(checks.map(({ held }) => held)).toEqual([true, false, false]);
  });

  it('ends at once with the reason when it is interrupted', async () => {
    const interrupted = new AbortController();
    const interrupts: Step<string> = {
      ...breaks,
      async run() {
        interrupted.abort(new Error('Interrupted.'));
        throw new Error('what the interruption broke');
      },
    };
    await expect(told(textWriter, [interrupts, greets], interrupted.signal)).rejects.toThrow('Interrupted.');
  });
});
