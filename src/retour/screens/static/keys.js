// The keyboard of the back office. Everything it does a mouse can do as well; without it nothing is missing.
// Single letters rest while one writes, and can be turned off for good in the list that "?" shows.

import { open as openPalette } from "/static/palette.js";

const LIST = "retour-list";
const rows = () => [...document.querySelectorAll('[data-keys="list"] tbody tr')];
/** This person's own keys, by what each was at first; the page says them. */
const MINE = JSON.parse(document.body.dataset.keysMine ?? "{}");
const HELD = document.querySelector("form#rows");
let here = -1;

/** Give the key that a pressed one stands for, as it was at first. */
function meant(key) {
  for (const [first, now] of Object.entries(MINE)) if (now === key) return first;
  if (Object.hasOwn(MINE, key)) return "";
  const small = key.toLowerCase();
  if (key === small) return key;
  const first = meant(small);
  return first === "j" || first === "k" ? first.toUpperCase() : "";
}

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
    const form = one.parentElement;
    (form.querySelector("textarea") ?? form.querySelector("select, input:not([type=hidden])"))?.focus();
  } else one.click();
  return true;
}

/** Tick the row one is at where none is ticked, so that what follows is about something. */
function tickHere() {
  if (HELD.querySelector("[name=pick]:checked") !== null || here < 0) return;
  const box = rows()[here].querySelector("[name=pick]");
  if (box !== null) box.checked = true;
  count();
}

/** Do something to what is ticked in a list: press its button, or go to what has to be said first. */
function bulk(selector) {
  if (HELD === null) return false;
  tickHere();
  const one = HELD.querySelector(selector);
  const folded = one?.closest("details");
  if (folded) folded.open = true;
  if (one?.tagName === "BUTTON") one.click();
  else one?.focus();
  return true;
}

/** Say how many are ticked, and of how many of them what each button does can be done. */
function count() {
  if (HELD === null) return;
  const ticked = [...HELD.querySelectorAll("[name=pick]:checked")];
  const said = HELD.querySelector("[data-ticked]");
  if (said !== null) said.textContent = ticked.length === 0 ? "" : `${ticked.length} ticked`;
  for (const words of HELD.querySelectorAll("[data-bulk]")) {
    const button = HELD.querySelector(`button[value=${words.dataset.bulk}]`);
    const able = ticked.filter((one) => one.dataset.can.split(" ").includes(words.dataset.bulk)).length;
    words.dataset.first ??= words.textContent;
    button.dataset.first ??= button.disabled ? "off" : "on";
    button.disabled = ticked.length === 0 ? button.dataset.first === "off" : able === 0;
    if (ticked.length === 0) words.textContent = words.dataset.first;
    else if (able === 0) words.textContent = `None of the ${ticked.length} ticked can be ${words.dataset.word} any more.`;
    else if (able < ticked.length) words.textContent = `${able} of the ${ticked.length} ticked can be ${words.dataset.word}; the others stay as they are, and say why.`;
    else words.textContent = "";
  }
}

/** Move by a row and tick both. */
function range(by) {
  for (const at of [here, here + by]) {
    const box = rows()[at]?.querySelector("[name=pick]");
    if (box) box.checked = true;
  }
  count();
  go(here + by);
}

/** Go to the return before or behind this one: as its page says, else in the list that one came from. */
function along(by) {
  if (press(by < 0 ? '[data-key="["]' : '[data-key="]"]')) return;
  const list = JSON.parse(sessionStorage.getItem(LIST) ?? "[]");
  const at = list.indexOf(location.pathname);
  if (at >= 0 && list[at + by] !== undefined) location.assign(list[at + by]);
}

let asked = 0;

/**
 * Show what another page says over this one, without leaving it, or go there where it cannot be had so.
 * `walk` is told of "j" and "k" on it.  Of two that are asked for while the server takes its time, the latest is shown.
 */
async function over(address, className, closer, walk) {
  const mine = ++asked;
  const answer = await fetch(address).catch(() => null);
  if (mine !== asked || document.querySelector("dialog[open]")) return;
  if (!answer?.ok) return location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const dialog = document.createElement("dialog");
  dialog.className = `keys ${className}`;
  const title = page.querySelector("h1")?.textContent ?? "";
  dialog.setAttribute("aria-label", title);
  dialog.append(...page.querySelectorAll("#content > *"));
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  dialog.append(close);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("keydown", (event) => {
    const by = walk === undefined ? undefined : { j: 1, k: -1 }[meant(event.key)];
    if ((meant(event.key) !== closer && by === undefined) || isWriting(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    dialog.close();
    if (by !== undefined) walk(by);
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** Give an address of the row's return, from where in the queue it stands; none where the row has no return. */
function ofRow(page) {
  const link = rows()[here]?.querySelector("a[href*='/returns/']");
  if (!link) return null;
  const { pathname, search } = new URL(link.href);
  return `${pathname.match(/^.*\/returns\/[^/]+/)[0]}/${page}${search}`;
}

/** Show a row's return beside the list, and from there the next one's. */
function peek() {
  const address = ofRow("peek");
  const walk = (by) => {
    go(here + by);
    peek();
  };
  if (address) over(address, "peek", "o", walk);
}

/** Write to whom the row's return is of, or the message of this page. */
function write() {
  const address = ofRow("talk");
  const box = document.querySelector("#message");
  if (address) location.assign(address);
  else if (box) box.focus();
  else press('[data-key="m"]');
}

function isOff() {
  return document.body.hasAttribute("data-keys-off");
}

/** Both keys that begin with "g": the second is waited for a little while. */
let began = -Infinity;

const ACTS = {
  j: () => go(here + 1),
  k: () => go(here - 1),
  J: () => range(1),
  K: () => range(-1),
  x: () => {
    rows()[here]?.querySelector("input[type=checkbox]")?.click();
  },
  Enter: () => rows()[here]?.querySelector("a")?.click(),
  o: peek,
  1: () => bulk("button[value=authorize]") || press('[data-key="1"]'),
  3: () => bulk("[name=reason]") || press('[data-key="3"]'),
  a: () => bulk("[name=to]") || press('[data-key="a"]'),
  u: () => press('[data-key="u"]'),
  e: () => press('[data-key="e"]'),
  s: () => press('[data-key="s"]'),
  m: write,
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

const boxes = () => [...(HELD?.querySelectorAll("[name=pick]") ?? [])];
/** The box that was pressed last: with Shift the next press reaches from it. */
let pressed = null;

/** Offer to tick all of a page at once, beside what else is done to the list. */
function offerAll() {
  const kind = document.querySelector(".rows-kind");
  if (kind === null || boxes().length < 2) return;
  const all = Object.assign(document.createElement("button"), { type: "button", className: "link all" });
  const say = () => (all.textContent = boxes().every((one) => one.checked) ? "Tick none" : `Tick all ${boxes().length}`);
  all.addEventListener("click", () => {
    const is = !boxes().every((one) => one.checked);
    for (const one of boxes()) one.checked = is;
    count();
    say();
  });
  for (const on of ["change", "keyup"]) document.addEventListener(on, say);
  addEventListener("pageshow", say);
  say();
  kind.before(all);
}

offerAll();
HELD?.addEventListener("click", (event) => {
  const box = event.target.closest("[name=pick]");
  if (box === null) return;
  const [from, to] = [boxes().indexOf(pressed), boxes().indexOf(box)];
  pressed = box;
  if (!event.shiftKey || from < 0) return;
  for (const one of boxes().slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
});
HELD?.addEventListener("change", count);
// Enter in a field presses the button beside it, not the first of the form.
HELD?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox])")) return;
  event.preventDefault();
  event.target.closest(".together")?.querySelector("button")?.click();
});
// Coming back to a page keeps what was ticked.
addEventListener("pageshow", count);

// Where the server takes its time, the button says that it was pressed.
document.addEventListener("submit", ({ submitter: button }) => {
  if (button === null || button.formTarget) return;
  button.setAttribute("aria-busy", "true");
  setTimeout(() => button.removeAttribute("aria-busy"), 10000);
});
addEventListener("pageshow", () => document.querySelectorAll("button[aria-busy]").forEach((one) => one.removeAttribute("aria-busy")));

if (document.querySelector('[data-keys="list"]') !== null) {
  const links = rows().map((row) => row.querySelector("a[href*='/returns/']")?.getAttribute("href"));
  sessionStorage.setItem(LIST, JSON.stringify(links.filter(Boolean)));
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  const target = /** @type {Element} */ (event.target);
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && target.form) {
    event.preventDefault();
    // The one that is sent by hand comes last where there is none that stands out; in a list, the one beside.
    const about = target.closest("#rows details, #rows .together") ?? target.form;
    const buttons = [...about.querySelectorAll("button[type=submit]:not(:disabled)")];
    (buttons.find((one) => one.matches(".main, .bad, [value=send]")) ?? buttons.at(-1))?.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isWriting(target)) return;
  if (event.key === "?") {
    event.preventDefault();
    over(`${document.body.dataset.keysAt}?back=${encodeURIComponent(location.pathname + location.search)}`, "listed", "?");
    return;
  }
  const key = event.key === "Enter" ? event.key : meant(event.key);
  if (isOff() || !Object.hasOwn(ACTS, key)) return;
  if (key === "Enter" && (here < 0 || target.matches("a, button, summary"))) return;
  event.preventDefault();
  ACTS[key]();
});
