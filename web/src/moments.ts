// Moments of the calendars of CF: https://cfconventions.org/cf-conventions/cf-conventions.html#calendar

const SECONDS: readonly (readonly [RegExp, number])[] = [
  [/^(days?|d)$/i, 86400],
  [/^(hours?|hrs?|h)$/i, 3600],
  [/^(minutes?|mins?)$/i, 60],
  [/^(seconds?|secs?|s)$/i, 1],
  [/^(milliseconds?|millisecs?|msecs?|ms)$/i, 1e-3],
];
const UNITS = /^\s*([a-z]+)\s+since\s+(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d*)?)?)?\s*(?:Z|UTC|[-+]?0{1,2}:?(?:00)?)?\s*$/i;
// In the calendar that changes in 1582, the first day of the new reckoning.
const CHANGE = gregorian(1582, 10, 15);
const LONGEST = 366 * 10_000;

type Reckoning = (year: number, month: number, day: number) => number;

/** `2024-02-29`, or with the time of day where it is not midnight; nothing for units or a calendar that give no date. */
export function moment(value: number, units: string, calendar: string): string | undefined {
  const found = UNITS.exec(units);
  const scale = SECONDS.find(([name]) => name.test(found?.[1] ?? ""))?.[1];
  const reckoning = reckonings(calendar.toLowerCase());
  if (!found || scale === undefined || !reckoning || !Number.isFinite(value)) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(2, 8).map((part) => Number(part ?? 0));
  const start = reckoning(year ?? 0, month ?? 0, day ?? 0);
  const seconds = Math.round((hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0) + value * scale);
  const days = Math.floor(seconds / 86400);
  const back = reckoning !== mixed ? reckoning : start + days < CHANGE ? julian : gregorian;
  const date = Math.abs(days) < LONGEST ? dated(start + days, back) : undefined;
  if (!date) return undefined;
  const rest = seconds - days * 86400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(two);
  return rest === 0 ? date : `${date} ${clock.slice(0, clock[2] === "00" ? 2 : 3).join(":")}`;
}

function reckonings(calendar: string): Reckoning | undefined {
  switch (calendar) {
    case "":
    case "standard":
    case "gregorian":
      return mixed;
    case "proleptic_gregorian":
      return gregorian;
    case "julian":
      return julian;
    case "noleap":
    case "365_day":
      return (year, month, day) => 365 * year + gregorian(2001, month, day) - gregorian(2001, 1, 1);
    case "all_leap":
    case "366_day":
      return (year, month, day) => 366 * year + gregorian(2000, month, day) - gregorian(2000, 1, 1);
    case "360_day":
      return (year, month, day) => 360 * year + 30 * (month - 1) + day - 1;
    default:
      return undefined;
  }
}

/** Days from 1970-01-01 on, by the rule of leap years that holds today. */
function gregorian(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.round(date.getTime() / 86_400_000);
}

/** The same days, with a leap year every fourth. */
function julian(year: number, month: number, day: number): number {
  const [from, shifted] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  return Math.floor(from * 365.25) + Math.floor((153 * shifted + 2) / 5) + day - 719471;
}

/** The one after the other, as the standard calendar has them. */
function mixed(year: number, month: number, day: number): number {
  const found = gregorian(year, month, day);
  return found < CHANGE ? julian(year, month, day) : found;
}

/** The date of a day: the last year, month and day that begin no later. */
function dated(number: number, reckoning: Reckoning): string | undefined {
  const year = last((one) => reckoning(one, 1, 1) <= number, -10_000, 20_000);
  const month = last((one) => reckoning(year, one, 1) <= number, 1, 12);
  const day = last((one) => reckoning(year, month, one) <= number, 1, 31);
  return year >= 0 && year <= 9999 ? `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}` : undefined;
}

/** The last whole number from `low` to `high` for which something holds that holds for all before. */
function last(holds: (one: number) => boolean, low: number, high: number): number {
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function two(number: number | undefined): string {
  return String(number ?? 0).padStart(2, "0");
}
