// The page around its contents: the switch between light and dark, tabs, and the mark in the table of contents.
// Without this script everything is readable: the system's theme, tabs one below the other, links that work.
"use strict";
(() => {
  const root = document.documentElement;

  const startTheme = () => {
    const buttons = document.querySelectorAll('.theme-switch input[name="theme"]');
    const current = root.dataset.theme ?? "system";
    for (const button of buttons) {
      button.checked = button.value === current;
      button.addEventListener("change", () => {
        if (button.value === "system") delete root.dataset.theme;
        else root.dataset.theme = button.value;
        try {
          if (button.value === "system") localStorage.removeItem("theme");
          else localStorage.setItem("theme", button.value);
        } catch (error) {
          // Nothing is kept for pages from disk in some browsers; the choice holds for this page.
        }
      });
    }
  };

  // What the address leads to. It may hold anything: settings of the what-if, or what is no address at all.
  const target = () => {
    try {
      return location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    } catch (error) {
      return null;
    }
  };

  // Charts and tables that are drawn late move it: the page keeps it in place until the reader moves the page, or all is drawn.
  const SETTLED = 4000; // milliseconds after loading
  const holdTarget = () => {
    let held = target();
    const release = () => { held = null; };
    for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(kind, release, { passive: true });
    addEventListener("hashchange", () => { held = target(); });
    addEventListener("load", () => setTimeout(release, SETTLED));
    new ResizeObserver(() => held?.scrollIntoView({ behavior: "instant" })).observe(document.querySelector("main"));
  };

  const startTabs = (set) => {
    const panels = [...set.children].filter((child) => child.classList.contains("tab"));
    const list = document.createElement("div");
    list.className = "tab-list";
    list.setAttribute("role", "tablist");
    const tabs = panels.map((panel) => {
      const title = panel.querySelector(".tab-title");
      const tab = document.createElement("button");
      tab.type = "button";
      tab.id = `${panel.id}-tab`;
      tab.textContent = title.textContent.trim();
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.tabIndex = 0;
      list.append(tab);
      return tab;
    });
    const choose = (chosen) => {
      tabs.forEach((tab, position) => {
        tab.setAttribute("aria-selected", String(position === chosen));
        tab.tabIndex = position === chosen ? 0 : -1;
        panels[position].classList.toggle("tab-off", position !== chosen);
      });
    };
    tabs.forEach((tab, position) => tab.addEventListener("click", () => choose(position)));
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined || at < 0) return;
      event.preventDefault();
      const chosen = (to + tabs.length) % tabs.length;
      choose(chosen);
      tabs[chosen].focus();
    });
    set.prepend(list);
    choose(0);
    // A link to something within a closed tab opens it.
    const reveal = () => {
      const wanted = target();
      const at = panels.findIndex((panel) => wanted && panel.contains(wanted));
      if (at >= 0) {
        choose(at);
        wanted.scrollIntoView({ behavior: "instant" });
      }
    };
    window.addEventListener("hashchange", reveal);
    reveal();
  };

  const startContents = () => {
    const links = [...document.querySelectorAll(".contents a")];
    const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1)))).filter(Boolean);
    if (!sections.length) return;
    let asked = false;
    const mark = () => {
      asked = false;
      // Up to the first that is still to come: asking where a section is lays it out.
      const next = sections.findIndex((section) => section.getBoundingClientRect().top >= 120);
      const current = next < 0 ? sections.at(-1) : sections[next - 1];
      for (const link of links) {
        if (current && link.hash === `#${current.id}`) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    addEventListener("scroll", () => {
      if (!asked) requestAnimationFrame(mark);
      asked = true;
    }, { passive: true });
    mark();
  };

  addEventListener("load", () => root.classList.add("loaded"));
  startTheme();
  document.querySelectorAll(".tabset").forEach(startTabs);
  startContents();
  holdTarget();
})();
