// The keyboard of the back office. Everything it does a mouse can do as well; without it nothing is missing.
// Single letters rest while one writes, and can be turned off for good in the list that "?" shows.

import { open as openPalette } from "/static/palette.js";

const OFF = "retour-keys-off";
const LIST = "retour-list";
const rows = () => [...document.querySelectorAll('[data-keys="list"] tbody tr')];
let here = -1;

/** The keys, as the list shows them. */
const KEYS = [
  ["j", "Next row"],
  ["k", "Row before"],
  ["Shift + j, k", "The same, and tick what is passed"],
  ["x", "Tick the row"],
  ["Enter", "Open the row"],
  ["o", "Peek at the row"],
  ["1", "Authorize: what is ticked, or this return"],
  ["3", "Reject: go to the reason"],
  ["h", "Put off"],
  ["a", "Assign"],
  ["u", "Undo, while it can be"],
  ["e", "Authorize in part"],
  ["s", "Settlement"],
  ["m", "Write a message"],
  ["[", "The return before in the list"],
  ["]", "The next one in the list"],
  ["p", "Print"],
  ["b", "Back to the list"],
  ["n", "Next page"],
  ["/", "Search"],
  ["Ctrl + k", "Go anywhere, press anything"],
  ["g h", "What waits"],
  ["?", "This list"],
];

function isWriting(target) {
  return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") !== null;
}

function go(to) {
  const all = rows();
  if (all.length === 0) return;
  all[here]?.removeAttribute("data-here");
  here = Math.max(0, Math.min(all.length - 1, to));
  const row = all[here];
  row.dataset.here = "";
  const reached = row.querySelector("input[type=checkbox], a");
  reached?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function press(selector) {
  const one = document.querySelector(selector);
  if (one === null) return false;
  if (one.tagName === "SUMMARY") {
    one.parentElement.open = true;
    one.parentElement.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  } else one.click();
  return true;
}

/** Tick the row one is at where none is ticked, so that what follows is about something. */
function tickHere(form) {
  if (form.querySelector("[name=pick]:checked") !== null || here < 0) return;
  const box = rows()[here].querySelector("[name=pick]");
  if (box !== null) box.checked = true;
}

/** Do something to what is ticked in a list: press its button, or go to what has to be said first. */
function bulk(selector) {
  const form = document.querySelector("form#rows");
  if (form === null) return false;
  tickHere(form);
  const one = form.querySelector(selector);
  if (one?.tagName === "BUTTON") one.click();
  else one?.focus();
  return true;
}

/** Move by a row and tick both. */
function range(by) {
  for (const at of [here, here + by]) {
    const box = rows()[at]?.querySelector("[name=pick]");
    if (box) box.checked = true;
  }
  go(here + by);
}

/** Go to the return before or behind this one in the list that one came from. */
function along(by) {
  const list = JSON.parse(sessionStorage.getItem(LIST) ?? "[]");
  const at = list.indexOf(location.pathname);
  if (at >= 0 && list[at + by] !== undefined) location.assign(list[at + by]);
}

/** Show a row's return beside the list, without leaving it. */
async function peek() {
  const link = rows()[here]?.querySelector("a[href*='/returns/']");
  if (!link) return;
  const answer = await fetch(`${link.getAttribute("href")}/peek`);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const dialog = document.createElement("dialog");
  dialog.className = "keys peek";
  dialog.setAttribute("aria-label", page.querySelector("h1")?.textContent ?? "Return");
  dialog.append(...page.querySelectorAll("#content > *"));
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  dialog.append(close);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "o") return;
    event.stopPropagation();
    dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function show() {
  let dialog = document.querySelector("dialog.keys");
  if (dialog === null) {
    dialog = document.createElement("dialog");
    dialog.className = "keys";
    dialog.setAttribute("aria-labelledby", "keys-title");
    const title = Object.assign(document.createElement("h2"), { id: "keys-title", textContent: "Keys" });
    const list = document.createElement("dl");
    for (const [key, about] of KEYS) {
      const term = document.createElement("dt");
      term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
      list.append(term, Object.assign(document.createElement("dd"), { textContent: about }));
    }
    const label = Object.assign(document.createElement("label"), { className: "tick" });
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !isOff() });
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    });
    label.append(box, " Single keys are on");
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
    close.addEventListener("click", () => dialog.close());
    dialog.append(title, list, label, close);
    document.body.append(dialog);
  }
  dialog.showModal();
}

function isOff() {
  return localStorage.getItem(OFF) === "yes";
}

/** Both keys that begin with "g": the second is waited for a little while. */
let began = -Infinity;

const ACTS = {
  j: () => go(here + 1),
  k: () => go(here - 1),
  J: () => range(1),
  K: () => range(-1),
  x: () => {
    const box = rows()[here]?.querySelector("input[type=checkbox]");
    if (box) box.checked = !box.checked;
  },
  Enter: () => rows()[here]?.querySelector("a")?.click(),
  o: peek,
  1: () => bulk("button[value=authorize]") || press('[data-key="1"]'),
  3: () => bulk("[name=reason]") || press('[data-key="3"]'),
  a: () => bulk("[name=to]") || press('[data-key="a"]'),
  u: () => press('[data-key="u"]'),
  e: () => press('[data-key="e"]'),
  s: () => press('[data-key="s"]'),
  m: () => document.querySelector("#message")?.focus(),
  p: () => print(),
  b: () => press('[data-key="b"]'),
  n: () => press(".pager [rel=next]"),
  g: () => {
    began = performance.now();
  },
  h: () => {
    if (performance.now() - began < 1500) return press('nav[aria-label="Places of this workspace"] a');
    return bulk("[name=how-long]") || press('[data-key="h"]');
  },
  "[": () => along(-1),
  "]": () => along(1),
  "/": () => document.querySelector("[type=search]")?.focus(),
};

if (document.querySelector('[data-keys="list"]') !== null) {
  const links = rows().map((row) => row.querySelector("a[href*='/returns/']")?.getAttribute("href"));
  sessionStorage.setItem(LIST, JSON.stringify(links.filter(Boolean)));
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = /** @type {Element} */ (event.target);
  if (isWriting(target)) return;
  if (event.key === "?") {
    event.preventDefault();
    show();
    return;
  }
  if (isOff() || !Object.hasOwn(ACTS, event.key)) return;
  if (event.key === "Enter" && (here < 0 || target.matches("a, button, summary"))) return;
  event.preventDefault();
  ACTS[event.key]();
});
