import english from "./texts/en.js";

// Another language is another file like texts/en.js, chosen here.
const texts = english;
const plural = new Intl.PluralRules(document.documentElement.lang);
const number = new Intl.NumberFormat();

/**
 * A text of the page.
 * @param {string} key As in texts/en.js.
 * @param {object} values Take the places of {name}. Where the text has several forms, "count" decides.
 */
export function t(key, values = {}) {
  let text = texts[key];
  if (text === undefined) {
    throw new Error(`There is no text '${key}'`);
  }

  if (typeof text !== "string") {
    text = text[plural.select(values.count)] ?? text.other;
  }

  return text.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? number.format(values[name]) : String(values[name])));
}

const list = new Intl.ListFormat(document.documentElement.lang);

/** Names in a line that cannot become long. */
export function names(all, most = 3) {
  return all.length <= most ? list.format(all) : list.format([...all.slice(0, most), t("others", { count: all.length - most })]);
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const longDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

const DAY = 86_400_000;

/** The day of a time, on this machine's clock. */
export const dayOf = (time) => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();

const daysAgo = (time) => Math.round((dayOf(new Date()) - dayOf(time)) / DAY);

export const timeOfDay = (time) => clock.format(time);

export const timeInFull = (time) => full.format(time);

/** The heading above a day's messages. */
export function dayName(time) {
  const days = daysAgo(time);
  return days === 0 ? t("today") : days === 1 ? t("yesterday") : days < 180 ? weekday.format(time) : longDay.format(time);
}

/** A time in few letters: of day today, else a day. */
export function shortTime(time) {
  const days = daysAgo(time);
  return days <= 0 ? clock.format(time) : days < 180 ? shortDay.format(time) : longDay.format(time);
}

/** How long ago, such as "5 minutes ago". */
export function ago(time) {
  const seconds = Math.max(0, (Date.now() - time) / 1000);
  return seconds < 60 ? t("justNow")
    : seconds < 3600 ? relative.format(-Math.floor(seconds / 60), "minute")
    : seconds < 86_400 ? relative.format(-Math.floor(seconds / 3600), "hour")
    : relative.format(-Math.floor(seconds / 86_400), "day");
}

/** A wait as m:ss. */
export function countdown(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
