import { describe, expect, it } from '@jest/globals';
import { type DailyReportDependencies, dayBefore, type ReportNotice, reportDay } from './daily-report.ts';

function office(more: Partial<DailyReportDependencies> = {}) {
  const files: Record<string, string> = {};
  const notices: ReportNotice[] = [];
  const told = new Set<string>();
  const dependencies: DailyReportDependencies = {
    sales: {
      ofDay: async () => [
        { currency: 'EUR', category: '', orders: '1', quantity: '2', amount: '2400' },
        { currency: 'EUR', category: '=cmd', orders: '3', quantity: '4', amount: '9007199254740993' },
      ],
    },
    reports: {
      async write(day, text) {
        files[day] = text;
        return `s3://reports/${day}.csv`;
      },
      linkTo: async (day, seconds) => `https://reports.example/${day}?for=${seconds}`,
    },
    notices: { send: async (notice) => void notices.push(notice) },
    async once(id, work) {
      if (told.has(id)) return;
      await work();
      told.add(id);
    },
    now: () => new Date('2026-11-22T03:30:00Z'),
    ...more,
  };
  return { files, notices, report: (day: string) => reportDay(dependencies, day) };
}

describe('the day before', () => {
  it.each([
    ['2026-11-22T03:30:00Z', '2026-11-21'],
    ['2026-11-22T00:00:00Z', '2026-11-21'],
    ['2026-11-21T23:59:59Z', '2026-11-20'],
    ['2027-01-01T03:30:00Z', '2026-12-31'],
    ['2028-03-01T03:30:00Z', '2028-02-29'],
  ])('%s is %s', (time, day) => {
    expect(dayBefore(new Date(time))).toBe(day);
  });
});

describe('a daily report', () => {
  it('has a line for each currency and category', async () => {
    const { files, report } = office();
    expect(await report('2026-11-21')).toEqual({
      ...{ day: '2026-11-21', lines: 2, uri: 's3://reports/2026-11-21.csv' },
    });
    expect(files['2026-11-21']).toBe(
      'day,currency,category,orders,quantity,amount\r\n' +
        '2026-11-21,EUR,,1,2,2400\r\n' +
        "2026-11-21,EUR,'=cmd,3,4,9007199254740993\r\n",
    );
  });

  it('of a day without sales is a file with a header', async () => {
    const { files, report } = office({ sales: { ofDay: async () => [] } });
    expect(await report('2026-11-20')).toMatchObject({ lines: 0 });
    expect(files['2026-11-20']).toBe('day,currency,category,orders,quantity,amount\r\n');
  });

  it('that is written twice is told of once', async () => {
    const { notices, report } = office();
    await report('2026-11-21');
    await report('2026-11-21');
    expect(notices).toEqual([
      {
        day: '2026-11-21',
        lines: 2,
        link: 'https://reports.example/2026-11-21?for=21600',
        linkExpiresAt: '2026-11-22T09:30:00.000Z',
        uri: 's3://reports/2026-11-21.csv',
      },
    ]);
  });

  it.each(['2026-11-22', '2026-11-23'])('is not made of %s, which is not over', async (day) => {
    const { files, notices, report } = office();
    await expect(report(day)).rejects.toThrow(`The day ${day} is not over.`);
    expect([files, notices]).toEqual([{}, []]);
  });

  it('is not told of when it could not be written', async () => {
    const { notices, report } = office({
      reports: {
        write: async () => {
          throw new Error('no luck');
        },
        linkTo: async () => '',
      },
    });
    await expect(report('2026-11-21')).rejects.toThrow('no luck');
    expect(notices).toEqual([]);
  });
});
