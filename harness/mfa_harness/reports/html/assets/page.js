"use strict";
(() => {
  const root = document.documentElement;

  // Light or dark: the reader's system decides, until the button does.
  const button = document.getElementById("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  const remembered = (value) => {
    try {
      if (value) localStorage.setItem("mfa-harness-theme", value);
      return localStorage.getItem("mfa-harness-theme");
    } catch {
      return null; // a page without storage forgets
    }
  };
  if (["light", "dark"].includes(remembered())) root.dataset.theme = remembered();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remembered(root.dataset.theme);
    label();
  });
  system.addEventListener("change", label);
  button.setAttribute("aria-label", "Switch between light and dark");
  button.hidden = false;
  label();

  // How to run it again, to the clipboard.
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  };
  for (const copy of document.querySelectorAll("button.copy")) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const source = copy.previousElementSibling;
      if (await copied(source.textContent)) {
        copy.textContent = "Copied";
      } else {
        getSelection().selectAllChildren(source);
        copy.textContent = "Selected";
      }
      announce(`${copy.textContent}: ${source.textContent}`);
      setTimeout(() => { copy.textContent = "Copy"; }, 2000);
    });
  }

  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const announce = (text) => { if (shown) shown.textContent = text; };
  if (!form) return;

  // A check is a row of the table and perhaps a finding; they are looked through, shown and hidden together.
  const checks = new Map();
  for (const row of document.querySelectorAll("tr.check")) {
    checks.set(row.dataset.check, { row, verdict: row.dataset.verdict, feature: row.dataset.feature, text: null });
  }
  for (const finding of document.querySelectorAll("article.finding")) {
    checks.get(finding.dataset.check).finding = finding;
  }
  const groups = [...document.querySelectorAll(".matrix tbody")];
  const sections = ["findings", "expected"].map((id) => document.getElementById(id)).filter(Boolean);
  const search = document.getElementById("search");
  const feature = document.getElementById("feature");
  const boxes = [...form.elements.verdict instanceof RadioNodeList ? form.elements.verdict : [form.elements.verdict]];

  const text = (check) => {
    check.text ??= [check.row.parentElement.firstElementChild, check.row, check.finding]
      .map((part) => (part ? part.textContent : "")).join(" ").toLowerCase();
    return check.text;
  };

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const check of checks.values()) {
      const matches = verdicts.has(check.verdict)
        && (!feature.value || feature.value === check.feature)
        && words.every((word) => text(check).includes(word));
      check.row.hidden = !matches;
      if (check.finding) check.finding.hidden = !matches;
      count += matches;
    }
    for (const group of groups) group.hidden = !group.querySelector("tr.check:not([hidden])");
    for (const section of sections) section.hidden = !section.querySelector("article:not([hidden])");
    announce(count === checks.size ? `All ${count} checks are shown.` : `${count} of ${checks.size} checks are shown.`);
  };

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));

  // A link to what is hidden or folded away shows it.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.closest("[hidden]")) {
      form.reset();
      setTimeout(() => target.scrollIntoView());
    }
    target.closest("details:not([open])")?.setAttribute("open", "");
  };
  window.addEventListener("hashchange", reveal);
  form.hidden = false;
  apply();
  reveal();
})();
