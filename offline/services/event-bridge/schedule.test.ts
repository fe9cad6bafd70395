import { describe, expect, it } from '@jest/globals';
import awsCronParser from 'aws-cron-parser';
import fc from 'fast-check';
import { dueTimes, parseSchedule } from './schedule.ts';

const START = Date.parse('2026-03-04T10:07:30Z');

/** The next times after the start, without what they have in common with every other. */
function times(expression: string, count: number, after = START): string[] {
  const next = parseSchedule(expression, START);
  const found: string[] = [];
  for (let time: number | undefined = after; found.length < count; ) {
    time = next(time);
    if (time === undefined) break;
    found.push(new Date(time).toISOString().slice(0, 16));
  }
  return found;
}

describe('a schedule', () => {
  it.each([
    ['rate(1 minute)', ['2026-03-04T10:08', '2026-03-04T10:09']],
    ['rate(5 minutes)', ['2026-03-04T10:12', '2026-03-04T10:17']],
    ['rate(1 hour)', ['2026-03-04T11:07', '2026-03-04T12:07']],
    ['rate(7 days)', ['2026-03-11T10:07', '2026-03-18T10:07']],
    // The examples of eventbridge/latest/userguide/eb-scheduled-rule-pattern.html.
    ['cron(0 10 * * ? *)', ['2026-03-05T10:00', '2026-03-06T10:00']],
    ['cron(15 12 * * ? *)', ['2026-03-04T12:15', '2026-03-05T12:15']],
    [
      'cron(0 18 ? * MON-FRI *)',
      ['2026-03-04T18:00', '2026-03-05T18:00', '2026-03-06T18:00', '2026-03-09T18:00'],
    ],
    ['cron(0 3 * * ? *)', ['2026-03-05T03:00', '2026-03-06T03:00']],
    ['cron(0 8 1 * ? *)', ['2026-04-01T08:00', '2026-05-01T08:00']],
    [
      'cron(0/15 * * * ? *)',
      ['2026-03-04T10:15', '2026-03-04T10:30', '2026-03-04T10:45', '2026-03-04T11:00'],
    ],
    ['cron(0/10 * ? * MON-FRI *)', ['2026-03-04T10:10', '2026-03-04T10:20']],
    ['cron(0/5 8-17 ? * MON-FRI *)', ['2026-03-04T10:10', '2026-03-04T10:15']],
    ['cron(0/30 20-2 ? * MON-FRI *)', ['2026-03-04T20:00', '2026-03-04T20:30']],
    ['cron(5,35 14 * * ? *)', ['2026-03-04T14:05', '2026-03-04T14:35', '2026-03-05T14:05']],
    ['cron(15 10 ? * 6L 2026-2027)', ['2026-03-27T10:15', '2026-04-24T10:15']],
    ['cron(1/10 * * * ? *)', ['2026-03-04T10:11', '2026-03-04T10:21']],
    // Each wildcard.
    ['cron(0 0 L * ? *)', ['2026-03-31T00:00', '2026-04-30T00:00']],
    ['cron(0 0 ? * L *)', ['2026-03-07T00:00', '2026-03-14T00:00']],
    ['cron(0 0 3W * ? *)', ['2026-04-03T00:00', '2026-05-04T00:00', '2026-06-03T00:00']],
    [
      'cron(0 0 1W * ? 2026)',
      ['2026-04-01T00:00', '2026-05-01T00:00', '2026-06-01T00:00', '2026-07-01T00:00', '2026-08-03T00:00'],
    ],
    ['cron(0 0 28W 2 ? 2027)', ['2027-02-26T00:00']],
    ['cron(0 0 ? * 3#2 *)', ['2026-03-10T00:00', '2026-04-14T00:00']],
    ['cron(0 0 ? * tue#5 *)', ['2026-03-31T00:00', '2026-06-30T00:00']],
    ['cron(0 0 ? 2 3#5 *)', ['2028-02-29T00:00', '2056-02-29T00:00']],
    ['cron(0 0 ? * FRI,MON *)', ['2026-03-06T00:00', '2026-03-09T00:00']],
    ['cron(0 0 ? * SAT-SUN *)', ['2026-03-07T00:00', '2026-03-08T00:00']],
    ['cron(0 0 1 JAN,JUL ? *)', ['2026-07-01T00:00', '2027-01-01T00:00']],
    ['cron(0 0 1 NOV-FEB/2 ? *)', ['2026-11-01T00:00', '2027-01-01T00:00']],
    ['cron(45,5 10 * * ? *)', ['2026-03-04T10:45', '2026-03-05T10:05']],
    ['cron(0 0 31 * ? *)', ['2026-03-31T00:00', '2026-05-31T00:00', '2026-07-31T00:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['cron(0 0 1 1 ? 2030/5)', ['2030-01-01T00:00', '2035-01-01T00:00']],
    ['cron(0 0 1 1 ? 2020)', []],
    ['cron(0  10 *   * ? *)', ['2026-03-05T10:00']],
    ['at(2026-03-04T10:08:00)', ['2026-03-04T10:08']],
    ['at(2026-03-04T10:00:00)', []],
  ])('%s is due at %j', (expression, expected) => {
    expect(times(expression, Math.max(expected.length, 1))).toEqual(expected);
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(1.5 hours)',
    'rate(5 seconds)',
    'rate(5)',
    'cron(0 10 * * ?)',
    'cron(0 10 * * ? * *)',
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(60 10 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 0 32 * ? *)',
    'cron(0 0 0 * ? *)',
    'cron(0 0 1 13 ? *)',
    'cron(0 0 ? * 8 *)',
    'cron(0 0 ? * MON#6 *)',
    'cron(0 0 ? * 3#1,6#3 *)',
    'cron(0 0 L-3 * ? *)',
    'cron(0 0 LW * ? *)',
    'cron(0 0 31W * ? *)',
    'cron(0 0 1,L * ? *)',
    'cron(? 0 1 * ? *)',
    'cron(x 0 1 * ? *)',
    'cron(5x 0 1 * ? *)',
    'cron(*/0 0 1 * ? *)',
    'cron(*-5 0 1 * ? *)',
    'cron(/5 0 1 * ? *)',
    'cron(0 0 1 JANX ? *)',
    'cron(0 0 1 MON ? *)',
    'cron(0 0 1 * ? 2030-2020)',
    'cron(0 0 1 * ? 1969)',
    'cron()',
    'at(2026-02-30)',
    'at(2026-13-01T00:00:00)',
    'at(2026-02-30T00:00:00)',
    'at(2026-02-01T00:00:00.5)',
    'every(5 minutes)',
    'rate(5 minutes) ',
    '',
  ])('refuses %s', (expression) => {
    expect(() => parseSchedule(expression, START)).toThrow(
      expect.objectContaining({
        code: 'ValidationException',
        message: expect.stringMatching(/^Parameter ScheduleExpression is not valid\. Reason: /),
      }),
    );
  });

  it('is due when another reader of the same plain fields says so', () => {
    const number = (min: number, max: number) => fc.integer({ min, max });
    const field = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc
          .uniqueArray(number(min, max), { minLength: 1, maxLength: 3 })
          .map((all) => all.sort((a, b) => a - b).join()),
        fc.tuple(number(min, max), number(1, max)).map(([from, step]) => `${from}/${step}`),
        fc.tuple(number(min, max), number(min, max)).map((ends) => ends.sort((a, b) => a - b).join('-')),
      );
    const days = fc.oneof(
      // In days that not every month has the other reader is wrong.
      fc.tuple(fc.integer({ min: 1, max: 28 }), field(1, 12)).map(([day, month]) => `${day} ${month} ?`),
      fc.tuple(field(1, 12), field(1, 7)).map(([month, weekday]) => `? ${month} ${weekday}`),
    );
    const after = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(field(0, 59), field(0, 23), days, after, (minutes, hours, dates, from) => {
        const fields = `${minutes} ${hours} ${dates} *`;
        const expected = awsCronParser.next(awsCronParser.parse(fields), from);
        expect(parseSchedule(`cron(${fields})`, 0)(from.getTime())).toBe(expected?.getTime());
      }),
    );
  });
});

describe('due times', () => {
  const minute = 60_000;

  it('come once when the clock has jumped over many', () => {
    const dueTime = dueTimes(parseSchedule('rate(1 minute)', 0), 0);
    expect([minute - 1, minute, minute + 1].map(dueTime)).toEqual([undefined, minute, undefined]);
    expect([10.5 * minute, 10.6 * minute, 11 * minute].map(dueTime)).toEqual([
      2 * minute,
      undefined,
      11 * minute,
    ]);
  });

  it('go on when the clock was put back', () => {
    const dueTime = dueTimes(parseSchedule('rate(1 minute)', 0), 0);
    dueTime(100 * minute);
    expect([10 * minute, 10.5 * minute, 11 * minute].map(dueTime)).toEqual([
      undefined,
      undefined,
      11 * minute,
    ]);
  });
});
