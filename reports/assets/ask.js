// The reader's question of the Start page: own, rent or buy tokens, recomputed in the browser for their tokens, budget and
// price of electricity. The formulas are those of analysis/macros under the same names; a test compares the two. Without a
// page (in Node) only they are exported. Words and figures only: what the rest of the page does is in figures.js.
"use strict";
(() => {
  // ---- formulas. Unknown in, unknown out (null); a division by nothing is unknown too.
  const known = (...values) => values.every((value) => value !== null && value !== undefined);
  const divided = (dividend, divisor) => (known(dividend, divisor) && divisor !== 0 ? dividend / divisor : null);

  const hours_for = (tokens, tokens_per_s) => {
    const seconds = divided(tokens, tokens_per_s);
    return seconds === null ? null : seconds / 3600;
  };
  const per_month = (each_day) => (known(each_day) ? (each_day * 365) / 12 : null);
  const share_of_capacity = (busy_hours_per_day, hours_on_per_week) => (known(busy_hours_per_day) ? divided(busy_hours_per_day * 7, hours_on_per_week) : null);
  const served_fraction = (busy_hours_per_day, hours_on_per_week) => {
    const share = share_of_capacity(busy_hours_per_day, hours_on_per_week);
    return share === null ? null : share === 0 ? 1 : Math.min(1, 1 / share);
  };
  const usd_per_month_of_power = (prefill_hours, decode_hours, hours_on_per_week, prefill_w, working_w, idle_w, usd_per_kwh = 0.15) =>
    known(prefill_hours, decode_hours, prefill_w, working_w)
      ? per_month(((prefill_hours * prefill_w + decode_hours * working_w + Math.max(hours_on_per_week / 7 - prefill_hours - decode_hours, 0) * (idle_w ?? 0)) / 1000) * usd_per_kwh)
      : null;
  const usd_per_month_of_purchase = (capex_usd, life_years = 3, residual_fraction = 0) =>
    known(capex_usd) ? divided(capex_usd * (1 - residual_fraction), life_years * 12) : null;
  const usd_per_month_rented = (hours_per_day, usd_per_hour) => (known(hours_per_day, usd_per_hour) ? per_month(hours_per_day * usd_per_hour) : null);
  const usd_per_mtok_of_month = (usd_per_month, tokens_per_day) => {
    const dollars = divided(usd_per_month, per_month(tokens_per_day));
    return dollars === null ? null : dollars * 1e6;
  };
  const breakeven_tokens_per_day = (tokens_per_day, fixed, own, alternative, most) => {
    if (!known(tokens_per_day, fixed, own, alternative, most)) return null;
    const grows = alternative - own + fixed;
    return alternative > own - fixed && tokens_per_day * fixed <= most * grows ? (tokens_per_day * fixed) / grows : null;
  };
  const formulas = {
    hours_for, per_month, share_of_capacity, served_fraction, usd_per_month_of_power, usd_per_month_of_purchase,
    usd_per_month_rented, usd_per_mtok_of_month, breakeven_tokens_per_day,
  };

  // ---- what the question comes to. Ends: 0 low, 1 middle, 2 high; a low cost takes the high speed.
  const OTHER = [2, 1, 0];
  const own = (system, run, work, tokens, { kwh, life, resale, have }) => {
    const capex = have ? system.cards : system.capex;
    const at = [0, 1, 2].map((end) => {
      const reading = hours_for((tokens * work.fresh) / work.tokens, run.prefill[OTHER[end]]);
      const writing = hours_for((tokens * work.output) / work.tokens, run.decode[OTHER[end]]);
      const busy = known(reading, writing) ? reading + writing : null;
      const served = served_fraction(busy, work.on);
      const power = (part) => usd_per_month_of_power(known(reading, part) ? reading * part : null, known(writing, part) ? writing * part : null, work.on, system.reading_w[end], system.watts[end], system.idle_w[end], kwh);
      const purchase = usd_per_month_of_purchase(capex[end], life, resale);
      const full = power(served);
      return { busy, served, purchase, power: full, month: known(purchase, full) ? purchase + full : null, idle: power(0) };
    });
    const share = share_of_capacity(at[1].busy, work.on);
    return { at, share, meets: share !== null && share <= 1, most: divided(tokens, share), months: at.map((one) => one.month), capex: capex[1] };
  };
  const rented = (card, work, tokens) => {
    const hours = card.hours.map((each) => (each * tokens) / work.tokens);
    return { card, hours: hours[1], share: share_of_capacity(hours[1], work.on), months: hours.map((each, end) => usd_per_month_rented(each, card.rate[end])), keptOn: usd_per_month_rented(work.on / 7, card.rate[1]) };
  };
  const cheapestRented = (cards, work, tokens) =>
    cards.map((card) => rented(card, work, tokens)).filter((one) => one.share <= 1).sort((a, b) => a.months[1] - b.months[1])[0] ?? null;
  const bought = (api, tokens) => (api ? { api, months: api.usd_per_mtok.map((usd) => (per_month(tokens) * usd) / 1e6) } : null);

  const answered = (data, { model, use, tokens, budget, kwh, used, have, life = data.life, resale = data.resale }) => {
    const work = data.workloads[use];
    const runs = (data.runs[model] ?? {})[use] ?? {};
    const all = Object.entries(runs).map(([id, run]) => {
      const system = data.systems[id];
      return { id, system, run, ...own(system, run, work, tokens, { kwh, life, resale, have }) };
    }).filter((one) => one.months[1] !== null && (used || !(have ? one.system.used_cards : one.system.used)));
    const byMonth = (a, b) => a.months[1] - b.months[1] || a.id.localeCompare(b.id);
    const able = all.filter((one) => one.meets).sort(byMonth);
    const within = able.filter((one) => budget === null || one.capex <= budget);
    const rent = cheapestRented((data.rents[model] ?? {})[use] ?? [], work, tokens);
    const api = bought((data.api[model] ?? {})[use], tokens);
    const best = within[0] ?? null;
    const fastest = [...within].sort((a, b) => b.run.decode[1] - a.run.decode[1] || byMonth(a, b))[0] ?? null;
    const roomiest = [...within].sort((a, b) => a.capex / a.system.memory - b.capex / b.system.memory || byMonth(a, b))[0] ?? null;
    const ways = [["own", best], ["rent", rent], ["api", api]].filter(([, way]) => way).sort((a, b) => a[1].months[1] - b[1].months[1]);
    const against = (other) => {
      if (!best || !other) return null;
      const fixed = best.at[1].purchase + best.at[1].idle;
      return breakeven_tokens_per_day(tokens * best.at[1].served, fixed, best.months[1], other.months[1] * best.at[1].served, best.most);
    };
    return { work, tokens, all, able, within, best, fastest, roomiest, rent, api, ways, verdict: ways[0]?.[0] ?? null, breakeven: { rent: against(rent), api: against(api) } };
  };

  if (typeof module !== "undefined") module.exports = { ...formulas, answered };
  if (typeof document === "undefined") return;

  // ---- figures in words
  const grouped = (value, digits = 0) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const figures = (value, count) => {
    const places = count - 1 - Math.floor(Math.log10(Math.abs(value)));
    return grouped(Math.round(value * 10 ** places) / 10 ** places, Math.max(0, places));
  };
  const usd = (value) => (value === 0 ? "$0" : `$${value < 0.1 ? figures(value, 1) : value < 10 ? grouped(value, 2) : value < 1000 ? grouped(value) : figures(value, 3)}`);
  const price = (value) => `$${value < 10_000 ? grouped(value) : figures(value, 3)}`;
  const range = (values) => (usd(values[0]) === usd(values[2]) ? usd(values[0]) : `${usd(values[0])}–${usd(values[2]).slice(1)}`);
  const count = (value) => (value >= 999_500 ? `${figures(value / 1e6, value < 1e7 ? 2 : 3).replace(/\.0$/, "")} million` : figures(value, 2));
  const speed = (value) => `${figures(value, 2)} tok/s`;
  const times = (high, low) => (high / low >= 2 ? `${figures(high / low, 2).replace(/\.0$/, "")} times as much` : `${grouped(Math.max(1, (high / low - 1) * 100))}% more`);
  const shortCard = (name) => name.replace(/^NVIDIA |^AMD /, "");
  const seconds = (value) => (value < 0.95 ? "under a second" : value < 90 ? `${figures(value, value < 10 ? 1 : 2)} s` : `${grouped(value / 60)} minutes`);
  const hoursText = (value) => (value < 1 / 60 ? "under a minute" : value < 1 ? `${grouped(Math.max(1, value * 60))} minutes` : `${figures(value, 2).replace(/\.0$/, "")} hours`);
  const evidence = (said, work) => (work.sequences > 1 && said !== "modelled" ? `modelled from a ${said} one` : said);
  const NAMES = { own: "Own it", rent: "Rent, do not buy", api: "Buy tokens, not a machine" };

  const element = (tag, attributes = {}, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const drawing = (tag, attributes = {}, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  };

  // ---- the answer in words
  const wayText = (way, found) => {
    if (way === "own") return `${found.best.system.name} costs ${usd(found.best.months[1])} a month over its life (${range(found.best.months)})`;
    if (way === "rent") return `a rented ${shortCard(found.rent.card.name)} costs ${usd(found.rent.months[1])} a month for ${hoursText(found.rent.hours)} of work a day (${usd(found.rent.keptOn)} if it is kept on for your ${grouped(found.work.on)} hours a week)`;
    return `${count(found.tokens)} tokens a day cost ${usd(found.api.months[1])} a month from a provider (${range(found.api.months)}, the least at ${found.api.api.provider})`;
  };
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const whyText = (found) => {
    const [first, second] = found.ways;
    if (!first) return "Nothing that the sources describe can do this, on one's own, rented or from a provider.";
    const margin = second ? ` ${second[0] === "own" ? "Owning" : second[0] === "rent" ? "Renting" : "A provider"} costs ${times(second[1].months[1], first[1].months[1])}: ${wayText(second[0], found)}.` : "";
    const third = found.ways[2] ? ` ${capital(wayText(found.ways[2][0], found))}.` : "";
    return `${capital(wayText(first[0], found))}.${margin}${third}`;
  };
  const buyText = (found, asked) => {
    if (!found.best) {
      if (!found.all.length) return "No machine with a known price and power holds such a model with this context.";
      const cheap = found.able.slice().sort((a, b) => a.capex - b.capex)[0];
      if (!cheap) return "No machine that holds it makes so many tokens in the hours that it is on: the fastest would need more than one.";
      return `Nothing for ${price(asked.budget)} can do this. The least that you would spend is ${price(cheap.capex)}, on ${cheap.system.name}${asked.have ? " (cards alone)" : ""}.`;
    }
    const most = count(found.best.most);
    const name = found.best.system.name;
    const won = Object.entries({ rent: "renting", api: "a provider" }).filter(([way]) => found[way]);
    const from = won.filter(([way]) => found.breakeven[way] !== null).map(([way, other]) => `from ${count(found.breakeven[way])} tokens a day against ${other}`);
    const never = won.filter(([way]) => found.breakeven[way] === null).map(([, other]) => other);
    const lost = never.length ? `Against ${never.join(" or ")} owning ${name} never wins: kept on as long, it makes at most ${most} tokens a day, too few to earn its price.` : "";
    return from.length ? `Owning ${name} wins ${from.join(" and ")}. ${lost}`.trim() : lost;
  };
  const sureText = (found) => {
    const [first, second] = found.ways;
    const said = [];
    // what matters is buying or not: the answer is held against owning, or owning against the next best
    const other = first?.[0] === "own" || !found.best ? second : ["own", found.best];
    if (first && other) {
      const names = { own: "owning", rent: "renting", api: "a provider" };
      said.push(first[1].months[2] < other[1].months[0]
        ? `Clear: ${names[first[0]]} at its most expensive (${usd(first[1].months[2])} a month) costs less than ${names[other[0]]} at its cheapest (${usd(other[1].months[0])}).`
        : `Close: the ranges of ${names[first[0]]} (${range(first[1].months)}) and ${names[other[0]]} (${range(other[1].months)}) overlap, so ask what yours would cost.`);
    }
    if (found.best) {
      said.push(`The machine's speed is ${evidence(found.best.run.evidence, found.work)} (${found.best.run.model} ${found.best.run.quantization})${found.best.system.aged ? `, its oldest price of ${found.best.system.aged}` : ""}.`);
      if (found.best.system.used) said.push(`Priced with used parts (${found.best.system.used}): no warranty, unknown wear.`);
    }
    if (found.rent) said.push(`The rented card's speed is ${evidence(found.rent.card.evidence, found.work)}.`);
    if (found.api) said.push(`${found.api.api.providers} providers, prices of ${found.api.api.aged}.`);
    return said.join(" ");
  };

  const machines = (holder, found, asked) => {
    const shown = [["Cheapest a token", found.best], ["Fastest", found.fastest], ["Most memory for the money", found.roomiest]];
    holder.replaceChildren(...shown.filter(([, one]) => one).map(([title, one]) => {
      const facts = [
        ["Price", `${price(one.capex)}${asked.have ? " (cards)" : ""}`],
        ["A month", `${usd(one.months[1])}, ${usd(one.at[1].power)} of it power`],
        ["A million tokens", usd(usd_per_mtok_of_month(one.months[1], found.tokens * one.at[1].served))],
        ["Speed", `${speed(one.run.decode[1])}${found.work.sequences > 1 ? ` for ${found.work.sequences} at once` : ""}, ${evidence(one.run.evidence, found.work)}`],
        ["First token after", seconds(found.work.prompt / one.run.prefill[1])],
        ["Busy", `${grouped(one.share * 100)}% of its hours`],
      ];
      const name = element("a", { href: one.system.href }, one.system.name);
      const trace = element("details", { class: "trace" }, element("summary", {}, element("span", { "aria-hidden": "true" }, "?"), element("span", { class: "visually-hidden" }, `Where the figures of ${one.system.name} are from`)),
        element("p", {}, element("code", {}, `rigonomics trace workload_answers ${one.run.key}`), " prints the inputs at the workload's own tokens, down to the cells. Its formula is in ", element("code", {}, "analysis/answers/workload_costs.sql"), "."));
      return element("li", { class: "answer" }, element("p", { class: "answer-class" }, title), element("p", { class: "answer-system" }, name),
        element("dl", {}, ...facts.map(([what, value]) => element("div", {}, element("dt", {}, what), element("dd", {}, value)))), trace);
    }));
  };

  // ---- the chart: USD a month against tokens a day, both logarithmic
  const chart = (holder, found, asked, data) => {
    const width = Math.max(320, holder.clientWidth), height = width < 560 ? 300 : 340;
    const right = width < 560 ? 12 : 140, left = 60, top = 16, bottom = 44;
    const least = Math.max(1e3, found.tokens / 300);
    const most = Math.max(found.tokens * 30, found.best ? found.best.most * 1.5 : 0, (found.breakeven.api ?? 0) * 2, (found.breakeven.rent ?? 0) * 2);
    const steps = Array.from({ length: 61 }, (_, step) => least * (most / least) ** (step / 60));
    const system = found.best;
    const series = [];
    const cards = (data.rents[asked.model] ?? {})[asked.use] ?? [];
    const settings = { kwh: asked.kwh, life: data.life, resale: data.resale, have: asked.have };
    if (system) {
      const points = steps.filter((tokens) => tokens <= system.most).concat(system.most >= least && system.most <= most ? [system.most] : []);
      series.push({ way: "own", name: "Own", points: points.map((tokens) => [tokens, own(system.system, system.run, found.work, tokens, settings).months]), ends: system.most <= most });
    }
    const rents = steps.map((tokens) => [tokens, cheapestRented(cards, found.work, tokens)?.months]).filter(([, months]) => months);
    if (rents.length) series.push({ way: "rent", name: "Rent", points: rents, ends: false });
    if (found.api) series.push({ way: "api", name: "Buy tokens", points: steps.map((tokens) => [tokens, bought(found.api.api, tokens).months]), ends: false });
    if (!series.length) return holder.replaceChildren();
    const costs = series.flatMap((one) => one.points.flatMap(([, months]) => months)).filter((value) => value > 0);
    const low = 10 ** Math.floor(Math.log10(Math.max(Math.min(...costs), 0.01))), high = 10 ** Math.ceil(Math.log10(Math.max(...costs)));
    const x = (tokens) => left + ((width - left - right) * Math.log(tokens / least)) / Math.log(most / least);
    const y = (cost) => height - bottom - ((height - top - bottom) * Math.log(Math.max(cost, low) / low)) / Math.log(high / low);
    const svg = drawing("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" });
    const text = (at, down, words, extra = {}) => svg.append(drawing("text", { x: at, y: down, ...extra }, words));
    for (let cost = low; cost <= high * 1.001; cost *= 10) {
      svg.append(drawing("line", { x1: left, x2: width - right, y1: y(cost), y2: y(cost), class: "ask-grid" }));
      text(left - 8, y(cost) + 4, `$${cost < 1 ? cost.toFixed(2) : grouped(cost)}`, { "text-anchor": "end", class: "ask-tick" });
    }
    for (let tokens = 10 ** Math.ceil(Math.log10(least)); tokens <= most; tokens *= width < 560 ? 100 : 10) {
      text(x(tokens), height - bottom + 18, tokens >= 1e6 ? `${grouped(tokens / 1e6)}M` : `${grouped(tokens / 1e3)}k`, { "text-anchor": "middle", class: "ask-tick" });
    }
    text(left, height - 4, "tokens a day, read and generated", { class: "ask-tick" });
    text(left, 11, "USD a month", { class: "ask-tick" });
    const labels = [];
    for (const { way, name, points, ends } of series) {
      const band = points.map(([tokens, months]) => `${x(tokens)},${y(months[0])}`).concat(points.slice().reverse().map(([tokens, months]) => `${x(tokens)},${y(months[2])}`));
      svg.append(drawing("polygon", { points: band.join(" "), class: `ask-band ask-${way}` }));
      svg.append(drawing("polyline", { points: points.map(([tokens, months]) => `${x(tokens)},${y(months[1])}`).join(" "), class: `ask-line ask-${way}` }));
      const [tokens, months] = points[points.length - 1];
      if (ends) {
        svg.append(drawing("line", { x1: x(tokens), x2: x(tokens), y1: y(months[1]) - 7, y2: y(months[1]) + 7, class: `ask-line ask-${way}` }));
      }
      labels.push({ name: ends ? `${name} (all it makes)` : name, way, at: x(tokens), down: y(months[1]) });
    }
    svg.append(drawing("line", { x1: x(found.tokens), x2: x(found.tokens), y1: top, y2: height - bottom, class: "ask-here" }));
    text(x(found.tokens) + 5, top + 10, "you", { class: "ask-tick" });
    for (const way of ["rent", "api"]) {
      const at = found.breakeven[way];
      if (at === null || at < least || at > most) continue;
      const cost = own(system.system, system.run, found.work, at, settings).months[1];
      svg.append(drawing("circle", { cx: x(at), cy: y(cost), r: 5, class: "ask-cross" }));
      text(x(at) - 8, y(cost) - 10, `${count(at)} a day`, { "text-anchor": "end", class: "ask-label" });
    }
    labels.sort((a, b) => a.down - b.down);
    labels.forEach((one, place) => {
      if (place && one.down - labels[place - 1].down < 16) one.down = labels[place - 1].down + 16;
      if (width >= 560) text(Math.min(one.at + 8, width - right + 8), one.down + 4, one.name.length > 26 ? `${one.name.slice(0, 25)}…` : one.name, { class: `ask-label ask-text-${one.way}` });
    });
    const legend = width < 560 ? [element("p", { class: "ask-legend" }, ...labels.map((one) => element("span", { class: `ask-text-${one.way}` }, one.name)))] : [];
    holder.setAttribute("aria-label", `Line chart: USD a month against tokens a day. ${whyText(found)} ${buyText(found, asked)}`);
    holder.replaceChildren(svg, ...legend);
    if (performance.getEntriesByName("first-chart").length === 0) performance.mark("first-chart");
  };

  // ---- the page
  const start = (holder) => {
    const data = JSON.parse(document.getElementById("ask-data").textContent);
    const form = holder.querySelector("form");
    const at = (name) => holder.querySelector(`.ask-${name}`);
    const fields = form.elements;
    const keys = ["model", "use", "tokens", "budget", "kwh", "used", "have"];
    const begun = Object.fromEntries(keys.map((key) => [key, fields[key].type === "checkbox" ? (fields[key].checked ? "1" : "0") : fields[key].value]));
    const number = (text) => (text.trim() !== "" && Number.isFinite(Number(text)) && Number(text) > 0 ? Number(text) : null);
    const asked = () => ({
      model: fields.model.value, use: fields.use.value, tokens: number(fields.tokens.value) ?? data.workloads[fields.use.value].tokens,
      budget: number(fields.budget.value), kwh: number(fields.kwh.value) ?? data.kwh, used: fields.used.checked, have: fields.have.checked,
    });
    const written = () => {
      const said = new URLSearchParams();
      for (const key of keys) {
        const value = fields[key].type === "checkbox" ? (fields[key].checked ? "1" : "0") : fields[key].value;
        if (value !== begun[key]) said.set(key, value);
      }
      return said.toString();
    };
    let drawnAt = 0;
    const show = () => {
      const question = asked();
      const found = answered(data, question);
      holder.dataset.verdict = found.verdict ?? "";
      at("verdict").textContent = found.verdict ? NAMES[found.verdict] : "No answer";
      at("why").textContent = whyText(found);
      at("buy").textContent = buyText(found, question);
      at("sure").textContent = sureText(found);
      at("work").textContent = data.workloads[question.use].said;
      machines(at("machines"), found, question);
      chart(at("plot"), found, question, data);
      drawnAt = at("plot").clientWidth;
      window.rigonomicsAnswer = { question, found };
    };
    const read = () => {
      const given = new URLSearchParams(location.search);
      for (const key of keys) {
        const value = given.get(key);
        if (value === null) continue;
        if (fields[key].type === "checkbox") fields[key].checked = value === "1";
        else if (fields[key].tagName !== "SELECT" || [...fields[key].options].some((option) => option.value === value)) fields[key].value = value;
      }
      if (given.has("use") && !given.has("tokens")) fields.tokens.value = data.workloads[fields.use.value].tokens;
    };
    const changed = (event) => {
      if (event.target === fields.use) fields.tokens.value = data.workloads[fields.use.value].tokens;
      if (event.target === fields.place && fields.place.value) fields.kwh.value = fields.place.value;
      if (event.target === fields.kwh) fields.place.value = "";
      show();
      window.rigonomicsScenario?.(written());
    };
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", changed);
    new ResizeObserver(() => {
      if (at("plot").clientWidth !== drawnAt) show();
    }).observe(at("plot"));
    form.hidden = false;
    read();
    show();
  };

  const begin = () => document.querySelectorAll(".ask").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
