import { api } from "../api.js";
import { h, newId, setText, svg } from "../dom.js";
import { problem } from "../problems.js";
import { t } from "../texts.js";

const DAYS = 30;
const [WIDTH, HEIGHT, GAP] = [600, 120, 2];
const DAY = 86_400_000;

const isoDay = (time) => new Date(time).toISOString().slice(0, 10);
const number = new Intl.NumberFormat();
const money = new Intl.NumberFormat(undefined, { style: "currency", currency: "USD", maximumFractionDigits: 4 });

/** What the user spent on models in the last month: a chart, and the same as a table. */
export function usageView() {
  const id = newId("usage");
  const content = h("div", {}, h("p", { class: "hint" }, t("loading")));
  load();
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, t("usage")), h("p", { class: "hint" }, t("usageHint", { count: DAYS })), content);

  async function load() {
    const today = Date.now();
    try {
      const report = await api.usage(isoDay(today - (DAYS - 1) * DAY), isoDay(today));
      const byDay = new Map(report.usage.map((line) => [line.day, line]));
      const days = Array.from({ length: DAYS }, (_, index) => isoDay(today - (DAYS - 1 - index) * DAY));
      content.replaceChildren(...(report.total.requests > 0 ? show(days, byDay, report.total) : [h("p", { class: "hint" }, t("noUsage"))]));
    } catch (error) {
      content.replaceChildren(h("p", { class: "said is-wrong" }, problem(error)));
    }
  }
}

function show(days, byDay, total) {
  const sum = t("usageSum", { count: total.requests, tokens: total.total_tokens, cost: money.format(total.cost_usd) });
  const most = Math.max(1, ...[...byDay.values()].map((line) => line.total_tokens));
  const width = WIDTH / days.length;
  const bars = days.map((day, index) => {
    const tokens = byDay.get(day)?.total_tokens ?? 0;
    const height = tokens === 0 ? 1 : Math.max(3, (tokens / most) * HEIGHT);
    return svg(
      "rect",
      { class: tokens === 0 ? "column is-empty" : "column", x: index * width + GAP / 2, y: HEIGHT - height, width: width - GAP, height, rx: 1.5 },
      svg("title", {}, t("usageDay", { day, tokens })),
    );
  });
  const table = h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ["day", "requests", "tokens", "cost"].map((key) => h("th", { scope: "col" }, t(`usage:${key}`))))),
    h(
      "tbody",
      {},
      days
        .filter((day) => byDay.has(day))
        .map((day) => {
          const line = byDay.get(day);
          return h("tr", {}, h("th", { scope: "row" }, day), [number.format(line.requests), number.format(line.total_tokens), money.format(line.cost_usd)].map((cell) => h("td", {}, cell)));
        }),
    ),
  );
  const note = h("p", {});
  setText(note, sum);
  return [
    note,
    svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": sum }, ...bars),
    h("div", { class: "axis", "aria-hidden": "true" }, h("span", {}, days[0]), h("span", {}, days.at(-1))),
    h("details", {}, h("summary", {}, t("asTable")), table),
  ];
}
