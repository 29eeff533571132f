// The keyboard of the back office. Everything it does a mouse can do as well; without it nothing is missing.
// Single letters rest while one writes, and can be turned off for good in the list that "?" shows.

const OFF = "retour-keys-off";
const rows = () => [...document.querySelectorAll('[data-keys="list"] tbody tr')];
let here = -1;

/** The keys, as the list shows them. */
const KEYS = [
  ["j", "Next row"],
  ["k", "Row before"],
  ["x", "Tick the row"],
  ["Enter", "Open the row"],
  ["1", "Authorize: what is ticked, or this return"],
  ["3", "Reject: go to the reason"],
  ["a", "Make it mine"],
  ["s", "Settlement"],
  ["m", "Write a message"],
  ["b", "Back to the list"],
  ["n", "Next page"],
  ["/", "Search"],
  ["h", "What waits"],
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
    one.parentElement.querySelector("textarea, input:not([type=hidden])")?.focus();
  } else one.click();
  return true;
}

function decide(word) {
  const form = document.querySelector("form#rows");
  if (form === null) return press(`[data-key="${word}"]`);
  if (form.querySelector("[name=pick]:checked") === null && here >= 0) {
    const box = rows()[here].querySelector("[name=pick]");
    if (box !== null) box.checked = true;
  }
  if (word === "3") form.querySelector("[name=reason]")?.focus();
  else form.querySelector(`button[value="${word === "1" ? "authorize" : "take"}"]`)?.click();
  return true;
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

const ACTS = {
  j: () => go(here + 1),
  k: () => go(here - 1),
  x: () => {
    const box = rows()[here]?.querySelector("input[type=checkbox]");
    if (box) box.checked = !box.checked;
  },
  Enter: () => rows()[here]?.querySelector("a")?.click(),
  1: () => decide("1"),
  3: () => decide("3"),
  a: () => decide("a"),
  s: () => press('[data-key="s"]'),
  m: () => document.querySelector("#message")?.focus(),
  b: () => press('[data-key="b"]'),
  n: () => press(".pager [rel=next]"),
  h: () => press('nav[aria-label="Places of this workspace"] a'),
  "/": () => document.querySelector("[type=search]")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const target = /** @type {Element} */ (event.target);
  if (isWriting(target)) return;
  if (event.key === "?") {
    event.preventDefault();
    show();
    return;
  }
  if (isOff() || !(event.key in ACTS)) return;
  if (event.key === "Enter" && (here < 0 || target.matches("a, button, summary"))) return;
  event.preventDefault();
  ACTS[event.key]();
});
