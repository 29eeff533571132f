// Ctrl-K or Cmd-K: every place and every button of the page by name. What it lists is on the page as well.

import { addressOf, recent } from "/static/recent.js";

/** What can be gone to or pressed from here: its words, and what does it. */
function choices() {
  const found = [];
  const links = 'nav[aria-label="Places of this workspace"] a, .views a, .above a, a[data-key]';
  for (const one of document.querySelectorAll(links)) found.push({ text: one.textContent.trim(), kind: "Go to", one });
  for (const one of document.querySelectorAll("main button[type=submit]:not(:disabled), main summary")) {
    const text = one.textContent.trim();
    if (text) found.push({ text, kind: one.tagName === "SUMMARY" ? "Open" : "Press", one });
  }
  for (const one of document.querySelectorAll(".switch a:not([aria-current])")) found.push({ text: one.textContent.trim(), kind: "Go to", one });
  for (const text of recent()) {
    found.push({ text, kind: "Search again", one: Object.assign(document.createElement("a"), { href: addressOf(text) }) });
  }
  return found;
}

function run({ one }, dialog) {
  dialog.close();
  if (one.tagName === "SUMMARY") {
    one.parentElement.open = true;
    one.scrollIntoView({ block: "center" });
    one.focus();
  } else if (one.tagName === "A") one.click();
  else {
    one.scrollIntoView({ block: "center" });
    one.focus();
  }
}

export function open() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys palette";
  dialog.setAttribute("aria-label", "Go to or press");
  const field = document.createElement("input");
  field.type = "search";
  field.setAttribute("aria-label", "Name of a place or a button, or what to search for");
  field.placeholder = "A place, a button, or what to search for";
  field.autocomplete = "off";
  const list = document.createElement("ul");
  const all = choices();
  let shown = [];
  const fill = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = all.filter(({ text }) => words.every((word) => text.toLowerCase().includes(word))).slice(0, 9);
    list.replaceChildren(
      ...shown.map((one) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: one.text });
        button.prepend(Object.assign(document.createElement("small"), { textContent: `${one.kind} ` }));
        button.addEventListener("click", () => run(one, dialog));
        const item = document.createElement("li");
        item.append(button);
        return item;
      }),
    );
    if (words.length > 0) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: `Search for “${field.value}”` });
      button.addEventListener("click", () => search());
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
    }
  };
  const search = () => {
    const form = document.querySelector("form[role=search]");
    if (form === null) return;
    form.querySelector("input").value = field.value;
    form.requestSubmit();
  };
  field.addEventListener("input", fill);
  dialog.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "ArrowDown") buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (buttons[at - 1] ?? field).focus();
    else if (event.key === "Enter" && document.activeElement === field) buttons[0]?.click();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(field, list);
  document.body.append(dialog);
  fill();
  dialog.showModal();
  field.focus();
}
