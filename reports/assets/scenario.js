// The reader's question travels: it is in the address (?model=70B&use=team_chat), every link to another page takes it along,
// and pages other than the first show it in one line. What the question means is in ask.js.
"use strict";
(() => {
  const KEYS = ["model", "use", "tokens", "budget", "kwh", "used", "have"];
  const own = (link) => {
    const target = link.getAttribute("href");
    return target && !/^([a-z]+:|\/\/|#)/i.test(target) && /\.html($|[?#])/.test(target);
  };
  const take = (said) => {
    for (const link of document.querySelectorAll("a[href]")) {
      if (!own(link)) continue;
      const [, path, , anchor = ""] = link.getAttribute("href").match(/^([^?#]*)(\?[^#]*)?(#.*)?$/);
      link.setAttribute("href", `${path}${said ? `?${said}` : ""}${anchor}`);
    }
  };
  const kept = () => {
    const given = new URLSearchParams(location.search);
    for (const key of [...given.keys()]) if (!KEYS.includes(key)) given.delete(key);
    return given;
  };
  // Called by ask.js with what differs from what the page begins with.
  window.rigonomicsScenario = (said) => {
    try {
      history.replaceState(history.state, "", `${location.pathname}${said ? `?${said}` : ""}${location.hash}`);
    } catch (error) {
      // Some browsers let no page from disk change its address; the links take the question along all the same.
    }
    take(said);
  };
  const words = (given) => {
    const said = [];
    if (given.get("model")) said.push(`${given.get("model")} model`);
    if (given.get("use")) said.push(given.get("use").replaceAll("_", " "));
    if (Number(given.get("tokens"))) said.push(`${Number(given.get("tokens")).toLocaleString("en-US")} tokens a day`);
    if (Number(given.get("budget"))) said.push(`$${Number(given.get("budget")).toLocaleString("en-US")} at most`);
    if (Number(given.get("kwh"))) said.push(`$${Number(given.get("kwh"))}/kWh`);
    if (given.get("used") === "0") said.push("new parts only");
    if (given.get("have") === "1") said.push("cards alone");
    return said.join(", ");
  };
  const begin = () => {
    const given = kept();
    if (given.size === 0) return;
    take(given.toString());
    const title = document.querySelector("main h1");
    if (document.querySelector(".ask") || !title) return;
    const bar = document.createElement("p");
    bar.className = "scenario-bar";
    const home = document.querySelector("a.wordmark, .navbar-brand")?.getAttribute("href") ?? "index.html";
    const link = document.createElement("a");
    link.href = home.includes("?") ? home : `${home}?${given}`;
    link.textContent = "See its answer or change it";
    bar.append(`Your question: ${words(given)}. `, link);
    title.closest("header")?.append(bar);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
