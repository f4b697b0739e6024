// Numbers, money, times and sizes in the language in use.
import { locale } from "./words.js";

const made = new Map();
function made_once(key, make) {
  const full_key = `${locale()} ${key}`;
  if (!made.has(full_key)) made.set(full_key, make());
  return made.get(full_key);
}

export function integer(value) {
  return made_once("integer", () => new Intl.NumberFormat(locale())).format(value);
}

export function percent(value) {
  return made_once("percent", () =>
    new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 })).format(value);
}

// The digits come with the value: the browser's own list is CLDR's, which is not ISO 4217's.
function money_form(currency, digits) {
  return made_once(`money ${currency} ${digits}`, () =>
    new Intl.NumberFormat(locale(), { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

function amount(money) {
  // As Koreans write it.
  if (money.currency === "KRW" && locale() === "ko") return `${integer(money.amount_minor)}원`;
  return money_form(money.currency, money.minor_digits).format(money.amount_minor / 10 ** money.minor_digits);
}

// One amount or several; amounts of different currencies are never added up.
export function money_texts(value) {
  return (Array.isArray(value) ? value : [value]).map(amount);
}

// A value of a chart of money.
export function chart_money(chart, amount_minor) {
  return amount({ amount_minor, currency: chart.currency, minor_digits: chart.minor_digits });
}

export function datetime(text, time_zone) {
  const parts = made_once(`time ${time_zone}`, () =>
    new Intl.DateTimeFormat("en-CA", {
      timeZone: time_zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit",
      minute: "2-digit", hourCycle: "h23",
    })).formatToParts(new Date(text));
  const part = (type) => parts.find((found) => found.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}`;
}

export function bytes(count) {
  const units = ["B", "KB", "MB", "GB"];
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: unit === 0 ? 0 : 1 }).format(value)} ${units[unit]}`;
}
