import { AwsError } from '../../aws/error.ts';

/** When something is due next after the given time, in milliseconds since 1970; nothing when it never is. */
export type Schedule = (after: number) => number | undefined;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 3_600_000, day: DAY_MS };

/**
 * Reads `rate(5 minutes)`, `cron(0 10 * * ? *)` or `at(2026-01-01T00:00:00)`, all in UTC; a rate counts from `start`.
 * See eventbridge/latest/userguide/eb-scheduled-rule-pattern.html.
 *
 * @throws AwsError ValidationException that says what is wrong with the expression
 */
export function parseSchedule(expression: string, start: number): Schedule {
  const [, kind, fields = ''] = /^(rate|cron|at)\(\s*(.*?)\s*\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rate(fields, start);
  if (kind === 'cron') return cron(fields.toUpperCase().split(/\s+/));
  if (kind === 'at') return once(fields);
  return invalid('it is no rate(…), cron(…) or at(…)');
}

/** Says what time came due since it was last asked: one, however many a jump of the clock has left behind. */
export function dueTimes(schedule: Schedule, since: number): (now: number) => number | undefined {
  let asked = since;
  let due = schedule(since);
  return (now) => {
    const isDue = due !== undefined && due <= now;
    const time = isDue ? due : undefined;
    if (isDue || now < asked) {
      asked = now;
      due = schedule(now);
    }
    return time;
  };
}

function rate(fields: string, start: number): Schedule {
  const [, value = '', unit = '', plural] = /^([1-9]\d{0,7})\s+(minute|hour|day)(s?)$/.exec(fields) ?? [];
  const period = Number(value) * (UNIT_MS[unit] ?? 0);
  if (period === 0 || (value === '1') !== (plural === '')) {
    invalid('a rate is a number with minutes, hours or days, or 1 with minute, hour or day');
  }
  return (after) => start + (Math.floor((after - start) / period) + 1) * period;
}

function once(fields: string): Schedule {
  const time = Date.parse(`${fields}Z`);
  if (Number.isNaN(time) || new Date(time).toISOString() !== `${fields}.000Z`) {
    invalid('at takes yyyy-mm-ddThh:mm:ss');
  }
  return (after) => (after < time ? time : undefined);
}

/** The package aws-cron-parser is no help: it finds a 31st in every month, and cannot read AWS's own hours `20-2`. */
function cron(fields: readonly string[]): Schedule {
  const [minutes = '', hours = '', dayOfMonth = '', months = '', dayOfWeek = '', years = '', ...more] =
    fields;
  if (years === '' || more.length > 0) invalid('cron takes six fields');
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    invalid('one of day-of-month and day-of-week must be ?, and only one');
  }
  const isDueOn = dayOfWeek === '?' ? onDayOfMonth(dayOfMonth) : onDayOfWeek(dayOfWeek);
  const inMonths = valuesOf(months, 'month', 1, 12, 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC');
  const inYears = valuesOf(years, 'year', 1970, 2199);
  const lastYear = Math.max(...inYears);
  const minutesOfHour = valuesOf(minutes, 'minutes', 0, 59);
  const times = valuesOf(hours, 'hours', 0, 23)
    .flatMap((hour) => minutesOfHour.map((minute) => (hour * 60 + minute) * MINUTE_MS))
    .sort((left, right) => left - right);
  return (after) => {
    for (let day = Math.floor(after / DAY_MS) * DAY_MS; ; day += DAY_MS) {
      const date = new Date(day);
      const year = date.getUTCFullYear();
      if (year > lastYear) return undefined;
      if (!inYears.includes(year) || !inMonths.includes(date.getUTCMonth() + 1) || !isDueOn(date)) continue;
      const time = times.find((one) => day + one > after);
      if (time !== undefined) return day + time;
    }
  };
}

/** `LW`, `L-3` and `29W` to `31W` are refused: AWS does not document them, or not for short months. */
function onDayOfMonth(text: string): (date: Date) => boolean {
  if (text === 'L') return (date) => date.getUTCDate() === daysIn(date);
  const day = Number(/^([1-9]|1\d|2[0-8])W$/.exec(text)?.[1] ?? 0);
  if (day > 0) return (date) => date.getUTCDate() === nearestWeekday(date, day);
  const days = valuesOf(text, 'day-of-month', 1, 31);
  return (date) => days.includes(date.getUTCDate());
}

const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT';

function onDayOfWeek(text: string): (date: Date) => boolean {
  const [, name, which] = /^([1-7]|[A-Z]{3})(L|#[1-5])$/.exec(text) ?? [];
  // L alone is the last day of the week.
  const days = valuesOf(name ?? (text === 'L' ? 'SAT' : text), 'day-of-week', 1, 7, WEEKDAYS);
  return (date) => {
    if (!days.includes(date.getUTCDay() + 1)) return false;
    if (which === undefined) return true;
    const day = date.getUTCDate();
    return which === 'L' ? day + 7 > daysIn(date) : `#${Math.ceil(day / 7)}` === which;
  };
}

function valuesOf(text: string, field: string, min: number, max: number, names = ''): number[] {
  return text.split(',').flatMap((part) => {
    const [, from, to, step] = /^(\*|\d{1,4}|[A-Z]{3})(?:-(\d{1,4}|[A-Z]{3}))?(?:\/(\d+))?$/.exec(part) ?? [];
    const number = (value: string | undefined) => names.split(' ').indexOf(value ?? '?') + 1 || Number(value);
    const start = from === '*' ? min : number(from);
    const end = to !== undefined ? number(to) : from === '*' || step !== undefined ? max : start;
    const stride = Number(step ?? 1);
    const isKnown =
      [start, end].every((value) => value >= min && value <= max) && stride > 0 && stride <= max;
    if (!isKnown || (from === '*' && to !== undefined) || (field === 'year' && end < start)) {
      return invalid(`${part} is not supported in ${field}`);
    }
    // A range may go over the end, as hours 20-2 do.
    const size = max - min + 1;
    const values: number[] = [];
    for (let offset = 0; offset <= (end - start + size) % size; offset += stride) {
      values.push(min + ((start - min + offset) % size));
    }
    return values;
  });
}

/** Within the month. */
function nearestWeekday(month: Date, day: number): number {
  const isWeekday = (candidate: number) => {
    const date = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), candidate));
    return date.getUTCMonth() === month.getUTCMonth() && date.getUTCDay() % 6 !== 0;
  };
  return [day, day + 1, day - 1, day + 2, day - 2].find(isWeekday) ?? day;
}

const daysIn = (month: Date) =>
  new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate();

function invalid(reason: string): never {
  throw new AwsError('ValidationException', `Parameter ScheduleExpression is not valid. Reason: ${reason}.`);
}
