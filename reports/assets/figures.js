// Charts and tables of the page: drawing charts in the order in which they come into view, saving them; sorting, filtering
// and downloading tables. Both renderers load this file; it needs assets/vega.js only for charts. No layout of the page here.
"use strict";
(() => {
  const ROW_ENDS = "\r\n";

  const ready = (work) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", work);
    else work();
  };
  const element = (tag, attributes = {}, text = "") => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  };
  const save = (name, type, content) => {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    const link = element("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  const fileName = (title, ending) =>
    `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "rigonomics"}.${ending}`;

  // A spreadsheet takes a text that begins with one of these for a formula; an apostrophe keeps it text.
  const csvField = (value) => {
    if (value === null || value === undefined) return "";
    let text = String(value);
    if (typeof value !== "number" && /^[=+@\-\t\r]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = (rows) => rows.map((row) => row.map(csvField).join(",")).join(ROW_ENDS) + ROW_ENDS;

  // ---- charts
  const NARROW = 520;
  const NEAR = 200; // pixels from the window at which a chart is drawn
  // On a phone labels take less room, ticks are fewer and legends wrap.
  const narrowed = (spec) => {
    const { axis, legend } = spec.config ?? {};
    const fewer = (node) => {
      for (const each of node.axes ?? []) if (typeof each.tickCount === "number") each.tickCount = Math.min(each.tickCount, 4);
      for (const each of node.legends ?? []) if (each.direction !== "vertical") each.columns ??= 2;
      for (const mark of node.marks ?? []) fewer(mark);
    };
    fewer(spec);
    return {
      ...spec,
      config: {
        ...spec.config,
        axis: { ...axis, labelFontSize: 11, titleFontSize: 11, labelLimit: 118 },
        legend: { ...legend, labelFontSize: 11, titleOrient: "top" },
      },
    };
  };

  // What is under the pointer: one box for the page, filled with text, never with HTML.
  let box;
  const tooltip = (handler, event, item, value) => {
    box ??= document.body.appendChild(element("div", { class: "chart-tooltip", role: "status", hidden: "" }));
    if (value === null || value === undefined || value === "") {
      box.hidden = true;
      return;
    }
    if (typeof value === "object" && !Array.isArray(value)) {
      const list = element("dl");
      for (const [name, shown] of Object.entries(value)) {
        list.append(element("dt", {}, name), element("dd", {}, typeof shown === "object" ? JSON.stringify(shown) : String(shown)));
      }
      box.replaceChildren(list);
    } else {
      box.textContent = String(value);
    }
    box.hidden = false;
    const { width, height } = box.getBoundingClientRect();
    const right = event.clientX + 14 + width < document.documentElement.clientWidth;
    box.style.left = `${Math.max(4, right ? event.clientX + 14 : event.clientX - 14 - width)}px`;
    box.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - height - 4))}px`;
  };

  const drawn = new WeakSet();
  const draw = async (chart) => {
    if (drawn.has(chart)) return;
    drawn.add(chart);
    const plot = chart.querySelector(".chart-plot");
    try {
      let spec = JSON.parse(chart.querySelector(".chart-spec").textContent);
      if (plot.clientWidth < NARROW) spec = narrowed(spec);
      const canvas = element("div", { "aria-hidden": "true" });
      plot.replaceChildren(canvas);
      const view = new window.vega.View(window.vega.parse(spec), { renderer: "svg", container: canvas, logLevel: 1 });
      await view.tooltip(tooltip).hover().runAsync();
      // The plot itself is the image, and its label says what it shows.
      for (const name of ["role", "aria-roledescription", "aria-label"]) canvas.removeAttribute(name);
      canvas.querySelector("svg").setAttribute("focusable", "false");
      plot.style.minHeight = "";
      addChartFoot(chart, spec);
      scrollable(plot, chart.querySelector(".chart-title").textContent);
      chart.dataset.drawn = "";
      if (performance.getEntriesByName("first-chart").length === 0) performance.mark("first-chart");
      // Width changes that are no resize of the window (a tab opened, a scrollbar gone) are followed too.
      let width = plot.clientWidth;
      new ResizeObserver(() => {
        if (plot.clientWidth === width || plot.clientWidth === 0) return;
        width = plot.clientWidth;
        window.dispatchEvent(new Event("resize"));
      }).observe(plot);
    } catch (error) {
      plot.replaceChildren(element("p", { class: "chart-failed" }, `This chart could not be drawn: ${error.message}`));
      console.error(error);
    }
  };

  // The row beneath a figure: after its caption if it has one, with the folded SQL that is beside the figure.
  const footOf = (figure) => {
    const holder = figure.closest(".numbered") ?? figure;
    let foot = holder.querySelector(":scope > .figure-foot");
    if (!foot) {
      foot = element("div", { class: "figure-foot" });
      holder.append(foot);
    }
    for (let next = figure.nextElementSibling; next?.matches("details.sql, details.trace"); next = figure.nextElementSibling) foot.append(next);
    return foot;
  };
  const addButton = (foot, name, label, work) => {
    const button = element("button", { type: "button", "aria-label": label }, name);
    button.addEventListener("click", work);
    foot.append(button);
  };

  const addChartFoot = (chart, spec) => {
    const title = chart.querySelector(".chart-title").textContent;
    const foot = footOf(chart);
    addButton(foot, "SVG", `SVG: save ${title}`, () => save(fileName(title, "svg"), "image/svg+xml", standalone(chart)));
    addButton(foot, "PNG", `PNG: save ${title}`, () => savePng(chart, title));
    // What the chart shows is the set of the most columns: the others hold guides and the places of names.
    const columns = (rows) => [...new Set(rows.flatMap(Object.keys))];
    const sets = spec.data.map((set) => set.values).filter(Array.isArray);
    const rows = sets.reduce((widest, set) => (columns(set).length > columns(widest).length ? set : widest), []);
    if (rows.length) {
      addButton(foot, "CSV", `CSV: save the data of ${title}`, () => {
        const names = columns(rows);
        save(fileName(title, "csv"), "text/csv", csv([names, ...rows.map((row) => names.map((name) => row[name]))]));
      });
    }
  };

  // The drawing by itself: colours written out, title above it, paper behind it.
  const standalone = (chart) => {
    const svg = chart.querySelector(".chart-plot svg");
    const style = getComputedStyle(chart);
    const probe = element("span");
    chart.append(probe);
    const resolved = (text) => text.replace(/var\(--[\w-]+\)/g, (name) => {
      probe.style.color = name;
      return getComputedStyle(probe).color;
    });
    const width = svg.viewBox.baseVal?.width || svg.clientWidth;
    const height = svg.viewBox.baseVal?.height || svg.clientHeight;
    const copy = svg.cloneNode(true);
    copy.removeAttribute("aria-hidden");
    copy.setAttribute("y", "32");
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    const title = element("text", { x: 0, y: 16, fill: "var(--ink)", "font-family": style.fontFamily, "font-size": 15, "font-weight": 600 });
    title.textContent = chart.querySelector(".chart-title").textContent;
    const outer = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width + 32}" height="${height + 64}" viewBox="-16 -16 ${width + 32} ${height + 64}">`
      + '<rect x="-16" y="-16" width="100%" height="100%" fill="var(--paper)"/>'
      + new XMLSerializer().serializeToString(title).replace(/ xmlns="[^"]*"/, "")
      + new XMLSerializer().serializeToString(copy) + "</svg>";
    const text = resolved(outer);
    probe.remove();
    return text;
  };
  const savePng = (chart, title) => {
    const image = new Image();
    image.onload = () => {
      const canvas = element("canvas");
      canvas.width = image.width * 2;
      canvas.height = image.height * 2;
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      context.drawImage(image, 0, 0);
      canvas.toBlob((blob) => save(fileName(title, "png"), "image/png", blob));
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(chart))}`;
  };

  const startCharts = async () => {
    const charts = [...document.querySelectorAll(".chart")];
    if (!charts.length) return;
    if (!window.vega) {
      for (const chart of charts) {
        chart.querySelector(".chart-plot").replaceChildren(element("p", { class: "chart-failed" }, "This chart needs assets/vega.js, which did not load."));
      }
      return;
    }
    // The first, if the page opens on it or just above it, before anything else is set up.
    if (charts[0].getBoundingClientRect().top < innerHeight + NEAR) await draw(charts[0]);
    // The rest one after the other, those in view first: two at once would both be late. Those out of view follow when
    // there is nothing else to do, so that print and search have them too.
    const inView = [];
    const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
    let busy = false;
    const next = async () => {
      if (busy) return;
      busy = true;
      while (inView.length) {
        await draw(inView.shift());
        await new Promise((painted) => setTimeout(painted));
      }
      busy = false;
      const waiting = charts.find((chart) => !drawn.has(chart) && chart.querySelector(".chart-plot").clientWidth > 0);
      if (waiting) {
        idle(() => {
          if (!drawn.has(waiting)) inView.push(waiting);
          next();
        }, { timeout: 1500 });
      }
    };
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries.filter((each) => each.isIntersecting)) {
        seen.unobserve(entry.target);
        inView.push(entry.target);
      }
      next();
    }, { rootMargin: `${NEAR}px` });
    for (const chart of charts) seen.observe(chart);
    window.addEventListener("beforeprint", () => charts.forEach(draw));
  };

  // ---- tables
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const cellText = (cell) => {
    if (cell.querySelector(".none")) return "";
    const button = cell.querySelector(".trace-row");
    return (button ? cell.textContent.slice(0, -button.textContent.length) : cell.textContent).trim();
  };
  const cellValues = (cell) => (cell.dataset.v ? JSON.parse(cell.dataset.v) : [cellText(cell)]);
  // The unknown goes last whichever way the column is sorted.
  const compare = (left, right, direction) => {
    const position = left.findIndex((value) => value !== null && value !== "");
    const other = right.findIndex((value) => value !== null && value !== "");
    if (position < 0 || other < 0) return (position < 0) - (other < 0);
    const [first, second] = [left[position], right[other]];
    return direction * (typeof first === "number" && typeof second === "number" ? first - second : collator.compare(String(first), String(second)));
  };

  const scrollable = (region, name) => {
    const update = () => {
      const sideways = region.scrollWidth > region.clientWidth + 1;
      if (sideways || region.scrollHeight > region.clientHeight + 1) {
        region.setAttribute("tabindex", "0");
        if (!region.hasAttribute("role")) {
          region.setAttribute("role", "region");
          region.setAttribute("aria-label", `${name} (${sideways ? "scrolls sideways" : "scrolls"})`);
        }
      } else {
        region.removeAttribute("tabindex");
        if (region.getAttribute("role") === "region") {
          region.removeAttribute("role");
          region.removeAttribute("aria-label");
        }
      }
    };
    new ResizeObserver(update).observe(region);
  };

  // A `?` at the head of each row: the command that traces it to its cells, and where its formula is. One note for the table.
  const addTraces = (holder, rows) => {
    const note = element("p", { class: "trace-note", role: "status", hidden: "" });
    const { trace, madeBy } = holder.dataset;
    for (const row of rows.filter((each) => each.dataset.key)) {
      const name = row.cells[0].firstChild?.textContent ?? "";
      const button = element("button", { type: "button", class: "trace-row", "aria-label": `Where the figures of ${name} are from` }, "?");
      button.addEventListener("click", () => {
        const command = element("code", {}, `rigonomics trace ${trace} ${row.dataset.key}`);
        const place = element("code", {}, madeBy);
        note.replaceChildren(`${name}: `, command, " prints its inputs, down to the cells. Its formula is in ", place, ".");
        note.hidden = false;
      });
      row.cells[0].append(button);
    }
    holder.querySelector(".table-scroll").after(note);
  };

  const startTable = (holder) => {
    const table = holder.querySelector("table");
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const name = holder.dataset.name;

    if ("sortable" in holder.dataset) {
      const headings = [...table.tHead.rows[0].cells];
      headings.forEach((heading, column) => {
        heading.querySelector("button")?.addEventListener("click", () => {
          const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
          for (const each of headings) each.removeAttribute("aria-sort");
          heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
          const keyed = [...body.rows].map((row) => [row, cellValues(row.cells[column])]);
          keyed.sort((left, right) => compare(left[1], right[1], direction));
          body.append(...keyed.map(([row]) => row));
        });
      });
    }

    if ("searchable" in holder.dataset) {
      const search = element("div", { class: "table-search" });
      const input = element("input", { type: "search", placeholder: "Filter rows", "aria-label": `Filter rows: ${name}`, autocomplete: "off", spellcheck: "false" });
      const count = element("span", { role: "status" });
      let texts;
      const nothing = element("tr", { class: "table-empty" });
      const message = element("td", { colspan: table.tHead.rows[0].cells.length }, "No row matches.");
      nothing.append(message);
      input.addEventListener("input", () => {
        const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
        let shown = 0;
        texts ??= new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
        for (const row of rows) {
          row.hidden = !words.every((word) => texts.get(row).includes(word));
          shown += row.hidden ? 0 : 1;
        }
        if (shown) nothing.remove();
        else table.append(nothing);
        count.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
      });
      search.append(input, count);
      holder.prepend(search);
    }
    if (holder.nextElementSibling?.matches("details.sql")) footOf(holder);
    if (holder.dataset.trace) addTraces(holder, rows);
    if ("download" in holder.dataset) {
      addButton(footOf(holder), "CSV", `CSV: save ${name}`, () => {
        const heads = [...table.tHead.rows[0].cells];
        const note = (cell, column) => ("noted" in heads[column].dataset ? [cell.querySelector(".cell-note")?.textContent ?? ""] : []);
        const headings = heads.flatMap((cell) => JSON.parse(cell.dataset.csv));
        const shown = [...body.rows].filter((row) => !row.hidden)
          .map((row) => [...row.cells].flatMap((cell, column) => [...cellValues(cell), ...note(cell, column)]));
        save(fileName(name, "csv"), "text/csv", csv([headings, ...shown]));
      });
    }
  };

  ready(async () => {
    await startCharts();
    for (const region of document.querySelectorAll(".table-scroll")) {
      scrollable(region, region.closest(".data-table")?.dataset.name ?? region.querySelector("caption")?.textContent ?? "Table");
    }
    document.querySelectorAll(".data-table").forEach(startTable);
  });
})();
