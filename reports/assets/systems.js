// The index of the systems: filters by price, memory and model, and two systems side by side, from rows that the page carries.
"use strict";
(() => {
  const begin = () => {
    const form = document.querySelector(".system-filter");
    const holder = document.querySelector(".side-by-side");
    const table = document.querySelector("#tbl-systems table");
    if (!form || !table) return;
    const data = JSON.parse(document.getElementById("systems-data").textContent);
    const rows = [...table.tBodies[0].rows].filter((row) => data[row.id]);
    const fields = form.elements;
    const number = (field) => (field.value.trim() === "" ? null : Number(field.value));
    const element = (tag, attributes = {}, ...inside) => {
      const made = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
      made.append(...inside);
      return made;
    };
    const show = () => {
      const budget = number(fields.budget), memory = number(fields.memory), model = fields.model.value;
      let kept = 0;
      for (const row of rows) {
        const one = data[row.id];
        const fits = (budget === null || (one.price !== null && one.price <= budget)) && (memory === null || (one.memory !== null && one.memory >= memory))
          && (!model || one.classes.includes(model));
        row.classList.toggle("filtered", !fits);
        kept += fits;
      }
      form.querySelector("[role=status]").textContent = kept === rows.length ? "" : `${kept} of ${rows.length} systems. One without a known price is left out where a price is asked for.`;
      const [one, other] = [data[fields.one.value], data[fields.other.value]];
      if (!one && !other) return holder.replaceChildren();
      const chosen = [[fields.one.value, one], [fields.other.value, other]].filter(([, each]) => each);
      const head = element("tr", {}, element("td"), ...chosen.map(([id, each]) => element("th", { scope: "col" }, element("a", { href: `systems/${id}.html` }, each.name))));
      const body = chosen[0][1].facts.map(([what], place) => element("tr", {}, element("th", { scope: "row" }, what), ...chosen.map(([, each]) => element("td", {}, each.facts[place][1]))));
      holder.replaceChildren(element("table", {}, element("caption", { class: "visually-hidden" }, "Two systems side by side"), element("thead", {}, head), element("tbody", {}, ...body)));
    };
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", show);
    form.hidden = false;
    show();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
