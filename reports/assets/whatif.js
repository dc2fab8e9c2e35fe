// The what-if of the Start page: sliders that recompute every system in the browser. The formulas are those of
// analysis/macros/formulas.sql under the same names; a test compares the two. Without a page (in Node) only they are exported.
"use strict";
(() => {
  // ---- formulas. Unknown in, unknown out (null); a division by nothing is unknown too.
  const known = (...values) => values.every((value) => value !== null && value !== undefined);
  const divided = (dividend, divisor) => (divisor === 0 ? null : dividend / divisor);

  const hours_per_year = (hours_per_week) => (hours_per_week / 168) * 8760;

  const power_usd = (watts, hours_per_week = 168, usd_per_kwh = 0.15, years = 3) =>
    known(watts) ? (watts / 1000) * hours_per_year(hours_per_week) * usd_per_kwh * years : null;

  const usd_per_mtok = (capex_usd, watts, tokens_per_s, hours_per_week = 168, usd_per_kwh = 0.15, life_years = 3, residual_fraction = 0) => {
    if (!known(capex_usd, watts, tokens_per_s) || life_years === 0) return null;
    const usd_per_year = (capex_usd * (1 - residual_fraction)) / life_years + power_usd(watts, hours_per_week, usd_per_kwh, 1);
    const dollars = divided(usd_per_year, tokens_per_s * 3600 * hours_per_year(hours_per_week));
    return dollars === null ? null : dollars * 1e6;
  };

  const saving_usd_per_year = (cloud_usd_per_hour, watts = 0, hours_per_week = 40, usd_per_kwh = 0.15) =>
    known(cloud_usd_per_hour, watts)
      ? cloud_usd_per_hour * hours_per_year(hours_per_week) - power_usd(watts, hours_per_week, usd_per_kwh, 1)
      : null;

  const payback_years = (capex_usd, cloud_usd_per_hour, watts = 0, hours_per_week = 40, usd_per_kwh = 0.15, longest_years = 100) => {
    const saving = saving_usd_per_year(cloud_usd_per_hour, watts, hours_per_week, usd_per_kwh);
    return known(capex_usd, saving) && saving > 0 && capex_usd <= longest_years * saving ? capex_usd / saving : null;
  };

  const breakeven_hours_per_week = (capex_usd, cloud_usd_per_hour, watts = 0, usd_per_kwh = 0.15, life_years = 3, residual_fraction = 0) => {
    const saving = saving_usd_per_year(cloud_usd_per_hour, watts, 168, usd_per_kwh);
    if (!known(capex_usd, saving)) return null;
    const lost = capex_usd * (1 - residual_fraction);
    const hours = lost <= life_years * saving ? divided(lost, life_years * saving) : null;
    return hours === null ? null : hours * 168;
  };

  const formulas = { hours_per_year, power_usd, usd_per_mtok, saving_usd_per_year, payback_years, breakeven_hours_per_week };

  // A system under the settings: the low cost takes low price, low watts, high speed; the high cost the opposite.
  // Where no source prices all of it, its priced parts and a sum for the others take its place, if one is given.
  const computed = ({ capex, watts, priced_parts }, speed, { hours, kwh, life, resale, rent, parts = 0 }) => {
    const price = capex.map((usd, end) => usd ?? (parts > 0 && priced_parts ? priced_parts[end] + parts : null));
    const cost = (end, speedEnd) => usd_per_mtok(price[end], watts[end], speed ? speed.tok_s[speedEnd] : null, hours, kwh, life, resale);
    return {
      capex_usd: price[1],
      usd_per_mtok_low: cost(0, 2),
      usd_per_mtok_mid: cost(1, 1),
      usd_per_mtok_high: cost(2, 0),
      payback_years: payback_years(price[1], rent, watts[1], hours, kwh),
      breakeven_hours_per_week: breakeven_hours_per_week(price[1], rent, watts[1], kwh, life, resale),
      power_usd_3yr: power_usd(watts[1], hours, kwh, 3),
    };
  };

  if (typeof module !== "undefined") module.exports = { ...formulas, computed };
  if (typeof document === "undefined") return;

  // ---- figures in words, rounded as the rest of the report rounds them
  const grouped = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const significant = (value, figures) => {
    const places = figures - 1 - Math.floor(Math.log10(Math.abs(value)));
    return Number(value.toFixed(Math.max(0, Math.min(20, places)))) && places < 0
      ? grouped(Math.round(value / 10 ** -places) * 10 ** -places, 0)
      : grouped(value, Math.max(0, places));
  };
  const perMtok = (value) => (value !== 0 && Math.abs(value) < 0.1 ? `$${significant(value, 2)}` : `$${grouped(value, Math.abs(value) < 10 ? 2 : 0)}`);
  const dollars = (value) => (value < 10 ? `$${grouped(value, 2)}` : value < 10_000 ? `$${grouped(value, 0)}` : `$${significant(value, 4)}`);
  const years = (value) => {
    if (value < 1) {
      const months = Math.max(1, Math.round(value * 12));
      return months === 12 ? "1 year" : `${months} month${months === 1 ? "" : "s"}`;
    }
    const shown = value >= 9.95 ? grouped(value, 0) : grouped(value, 1).replace(/\.0$/, "");
    return `${shown} year${shown === "1" ? "" : "s"}`;
  };
  const weekly = (value) => `${value >= 9.95 ? grouped(value, 0) : grouped(value, 1).replace(/\.0$/, "")} h/week`;
  const speedText = (value) => `${significant(value, value < 100 ? 2 : 3)} tok/s`;
  const between = (low, high) => (low === high ? low : `${low}–${high.replace(/^\$/, "")}`);

  // ---- the page
  const start = (holder) => {
    const data = JSON.parse(document.getElementById("whatif-data").textContent);
    const form = holder.querySelector("form");
    const body = holder.querySelector("tbody");
    const said = holder.querySelector(".whatif-said");
    const rows = new Map([...body.rows].map((row) => [row.dataset.system, row]));
    const sliders = [...form.querySelectorAll('input[type="range"]')];
    const all = form.elements.all;
    const leftOut = form.querySelector(".whatif-left-out");

    const settings = () => {
      const chosen = { class: form.elements.class.value };
      for (const slider of sliders) chosen[slider.name] = Number(slider.value) / Number(slider.dataset.per ?? 1);
      return chosen;
    };

    const put = (cell, value, text, note = "") => {
      cell.dataset.value = value === null ? "" : String(value);
      cell.querySelector(".whatif-value").textContent = text;
      cell.querySelector(".cell-note").textContent = note;
    };

    const isPriced = (system, result) => result.capex_usd !== null && system.watts[1] !== null;
    const show = (system, speed, result, widest, chosen) => {
      const row = rows.get(system.id);
      const priced = isPriced(system, result);
      const [name, cost, payback, breakeven, power, speeds] = row.cells;
      row.hidden = !all.checked && !priced;
      name.querySelector(".cell-note").textContent = system.capex[1] === null && result.capex_usd !== null
        ? `${dollars(result.capex_usd)}, ${dollars(chosen.parts)} of it yours: ${system.without_a_price}`
        : system.note;
      row.classList.toggle("whatif-unknown", result.usd_per_mtok_mid === null);
      put(speeds, speed ? speed.tok_s[1] : null, speed ? speedText(speed.tok_s[1]) : "—", speed ? `${speed.evidence}, ${speed.model} ${speed.quantization}` : "no speed known");
      const { usd_per_mtok_low: low, usd_per_mtok_mid: mid, usd_per_mtok_high: high } = result;
      put(cost, mid, mid === null ? "—" : perMtok(mid), mid === null ? "" : between(perMtok(low), perMtok(high)));
      const bar = cost.querySelector(".whatif-bar");
      bar.hidden = mid === null;
      if (mid !== null) {
        const at = (value) => (Math.log(value / widest[0]) / Math.log(widest[1] / widest[0] || 1)) * 100;
        bar.firstElementChild.style.left = `${at(low)}%`;
        bar.firstElementChild.style.width = `${Math.max(1, at(high) - at(low))}%`;
        bar.lastElementChild.style.left = `${at(mid)}%`;
      }
      put(payback, result.payback_years, result.payback_years === null ? (priced ? "never" : "—") : years(result.payback_years));
      put(breakeven, result.breakeven_hours_per_week, result.breakeven_hours_per_week === null ? (priced ? "never" : "—") : weekly(result.breakeven_hours_per_week));
      put(power, result.power_usd_3yr, result.power_usd_3yr === null ? "—" : dollars(result.power_usd_3yr));
    };

    let announcing;
    const update = (announce = true) => {
      const chosen = settings();
      const inWords = [`Class of models: ${chosen.class}`];
      for (const slider of sliders) {
        const value = slider.dataset.text.replace("#", grouped(Number(slider.value), Number(slider.dataset.digits)));
        const low = slider.dataset.atLow && Number(slider.value) === Number(slider.min);
        const text = low ? slider.dataset.atLow : value.replace(".0 ", " ").replace(/^1 years$/, "1 year");
        slider.setAttribute("aria-valuetext", text);
        form.querySelector(`output[for="${slider.id}"]`).textContent = text;
        inWords.push(`${slider.labels[0].textContent}: ${text}`);
      }
      holder.querySelector(".whatif-printed").textContent = inWords.join("; ");
      const speeds = data.speeds[chosen.class] ?? {};
      const results = data.systems.map((system) => [system, speeds[system.id], computed(system, speeds[system.id], chosen)]);
      results.sort(([one, , first], [other, , second]) =>
        (first.usd_per_mtok_mid ?? Infinity) - (second.usd_per_mtok_mid ?? Infinity)
        || (first.payback_years ?? Infinity) - (second.payback_years ?? Infinity)
        || one.name.localeCompare(other.name, "en", { numeric: true }));
      const costs = results.filter(([, , result]) => result.usd_per_mtok_mid !== null);
      const widest = [Math.min(...costs.map(([, , result]) => result.usd_per_mtok_low)), Math.max(...costs.map(([, , result]) => result.usd_per_mtok_high))];
      for (const [system, speed, result] of results) show(system, speed, result, widest, chosen);
      leftOut.textContent = String(results.filter(([system, , result]) => !isPriced(system, result)).length);
      const focused = document.activeElement;
      body.append(...results.map(([system]) => rows.get(system.id)));
      if (focused && body.contains(focused)) focused.focus();
      clearTimeout(announcing);
      announcing = setTimeout(() => { said.textContent = summary(chosen, results, costs); }, announce ? 250 : 0);
      return chosen;
    };

    const summary = (chosen, results, costs) => {
      const priced = results.filter(([system, , result]) => isPriced(system, result));
      const paid = priced.filter(([, , result]) => result.payback_years !== null && result.payback_years <= chosen.life);
      const rented = `${paid.length} of the ${priced.length} systems with a known price and power pay for themselves within ${years(chosen.life)} against ${perMtok(chosen.rent)} an hour.`;
      if (!costs.length) return `No system with a known price, power and speed holds a ${chosen.class} model. ${rented}`;
      const [best, speed, result] = costs[0];
      return `Cheapest for a ${chosen.class} model: ${best.name}, ${perMtok(result.usd_per_mtok_mid)} for a million tokens (${speed.evidence} speed). ${rented}`;
    };

    // ---- a link that keeps the settings
    const keys = [...sliders.map((slider) => slider.name), "class"];
    const written = () => new URLSearchParams(keys.map((key) => [key, form.elements[key].value])).toString();
    const read = () => {
      const given = new URLSearchParams(location.hash.slice(1));
      if (!keys.some((key) => given.has(key))) return false;
      for (const slider of sliders) {
        // The browser keeps a slider within its ends and on its steps; a text that is no number is left out.
        const value = given.get(slider.name);
        if (value !== null && value.trim() !== "" && Number.isFinite(Number(value))) slider.value = value;
      }
      const wanted = given.get("class");
      if ([...form.elements.class.options].some((option) => option.value === wanted)) form.elements.class.value = wanted;
      return true;
    };
    const changed = () => {
      update();
      markPresets();
      try {
        history.replaceState(history.state, "", `#${written()}`);
      } catch (error) {
        // Some browsers let no page from disk change its address; the button still gives the link.
      }
    };

    const presets = [...form.querySelectorAll("button[data-preset]")];
    const markPresets = () => {
      for (const button of presets) {
        const values = JSON.parse(button.dataset.preset);
        button.setAttribute("aria-pressed", String(Object.entries(values).every(([name, value]) => Number(form.elements[name].value) === value)));
      }
    };
    for (const button of presets) {
      button.addEventListener("click", () => {
        for (const [name, value] of Object.entries(JSON.parse(button.dataset.preset))) form.elements[name].value = String(value);
        changed();
      });
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", changed);
    form.addEventListener("reset", () => setTimeout(changed));
    const copied = holder.querySelector(".whatif-copied");
    holder.querySelector(".whatif-copy").addEventListener("click", async () => {
      const link = `${location.href.split("#")[0]}#${written()}`;
      try {
        await navigator.clipboard.writeText(link);
        copied.textContent = "Link copied.";
      } catch (error) {
        copied.textContent = link;
      }
    });
    window.addEventListener("hashchange", () => {
      if (read()) {
        update();
        markPresets();
      }
    });

    holder.querySelector(".whatif-controls").hidden = false;
    const shared = read();
    update(false);
    markPresets();
    if (shared) holder.scrollIntoView();
    window.rigonomics = { formulas, settings };
  };

  const begin = () => document.querySelectorAll(".whatif").forEach(start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
