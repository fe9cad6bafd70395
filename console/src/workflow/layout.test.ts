import { describe, expect, it } from '@jest/globals';
import { graphOf } from './graph.ts';
import { layoutOf, type PlacedState } from './layout.ts';

const branch = (name: string) => ({ StartAt: name, States: { [name]: { Type: 'Task', End: true } } });
const picture = layoutOf(
  graphOf({
    StartAt: 'First',
    States: {
      First: {
        Type: 'Task',
        Next: 'Both',
        Catch: [
          { ErrorEquals: ['Declined'], Next: 'Undo' },
          { ErrorEquals: ['States.ALL'], Next: 'Undo' },
        ],
      },
      Both: { Type: 'Parallel', Branches: [branch('Left'), branch('Right')], Next: 'Done' },
      Done: { Type: 'Succeed' },
      Undo: { Type: 'Fail' },
    },
  }),
);
const state = (name: string): PlacedState => {
  const found = picture.states.find((each) => each.name === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
};
const middle = ({ x, width }: PlacedState) => x + width / 2;

describe('the layout of a workflow', () => {
  it('goes down from the first state to the last', () => {
    const tops = ['First', 'Both', 'Done'].map((name) => state(name).y);
    expect(tops).toEqual(tops.toSorted((left, right) => left - right));
    expect(new Set(tops).size).toBe(3);
  });

  it('leads straight down where there is one way', () => {
    expect(middle(state('Done'))).toBe(middle(state('Both')));
  });

  it('has the branches side by side within their frame, which comes first', () => {
    const [frame, left, right] = ['Both', 'Left', 'Right'].map(state);
    if (!frame || !left || !right) throw new Error('They are missing.');
    expect(frame.isFrame).toBe(true);
    expect(left.y).toBe(right.y);
    expect(left.x + left.width).toBeLessThan(right.x);
    for (const inner of [left, right]) {
      expect(inner.x).toBeGreaterThan(frame.x);
      expect(inner.x + inner.width).toBeLessThan(frame.x + frame.width);
      expect(inner.y + inner.height).toBeLessThan(frame.y + frame.height);
    }
    expect(picture.states.findIndex(({ name }) => name === 'Both')).toBeLessThan(
      picture.states.findIndex(({ name }) => name === 'Left'),
    );
  });

  it('lets no state cover another, and has all within its size', () => {
    const boxes = picture.states.filter(({ isFrame }) => !isFrame);
    for (const one of boxes) {
      expect(one.x + one.width).toBeLessThanOrEqual(picture.width);
      expect(one.y + one.height).toBeLessThanOrEqual(picture.height);
      for (const other of boxes) {
        const isApart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(one === other || isApart).toBe(true);
      }
    }
  });

  it('draws each way once, also two between the same states', () => {
    expect(picture.edges.map(({ from, to, label }) => `${from} ${to} ${label}`)).toEqual([
      'First Both ',
      'First Undo Declined',
      'First Undo States.ALL',
      'Both Done ',
    ]);
  });
});
