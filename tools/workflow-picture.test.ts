import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PAGES, picture, withPicture } from './workflow-picture.ts';

describe('the picture of a state machine', () => {
  it('shows its states, what leads where, and what is caught', () => {
    const branch = { StartAt: 'B', States: { B: { Type: 'Task', End: true } } };
    const machine = {
      StartAt: 'A',
      States: {
        A: {
          Type: 'Choice',
          Choices: [{ Variable: '$.order.isLarge', BooleanEquals: true, Next: 'P' }],
          Default: 'Done',
        },
        P: {
          Type: 'Parallel',
          Branches: [branch],
          Catch: [{ ErrorEquals: ['Late', 'Lost'], Next: 'Bad' }],
          Next: 'Done',
        },
        Done: { Type: 'Succeed' },
        Bad: { Type: 'Fail' },
      },
    };
    expect(picture(machine)).toBe(`\`\`\`mermaid
flowchart TD
  start_A(( )) --> A
  A{A}
  subgraph P
    start_B(( )) --> B
    B[B]
  end
  Done([Done])
  Bad([Bad])
  A -->|isLarge| P
  A --> Done
  P --> Done
  P -.->|Late, Lost| Bad
\`\`\``);
  });

  it.each(PAGES)('of the order workflow stands in %s as it is', (page) => {
    const text = readFileSync(page, 'utf8');
    expect(withPicture(text)).toBe(text);
  });
});
