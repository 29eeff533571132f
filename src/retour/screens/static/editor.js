// Shows a template as it is written: after a pause, the frame and what is to be mended are asked for anew.
// Without it the buttons beside the words do the same.

const PAUSE_MS = 600;
const place = document.querySelector("[data-editor]");
const form = document.getElementById("words");
const found = form?.querySelector(".telling-findings");
const preview = form?.querySelector('button[formtarget="shown"]');
let timer = 0;
let asked = 0;

/** Ask what is to be mended; an answer that was overtaken is dropped. */
async function lookOver() {
  const mine = ++asked;
  const said = new URLSearchParams(new FormData(form));
  const answer = await fetch(`${place.dataset.editor}/checked`, { method: "POST", body: said });
  if (!answer.ok || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  found.replaceChildren(...page.body.childNodes);
}

function show() {
  form.requestSubmit(preview);
  lookOver().catch(() => {}); // The button "Look it over" still says it.
}

function later(event) {
  if (["note", "active", "width", "to"].includes(event.target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(show, event.target.name === "dark" ? 0 : PAUSE_MS);
}

if (place && form && preview && found) {
  place.addEventListener("input", later);
  if (place.dataset.typed) form.requestSubmit(preview); // What was typed is not kept yet: show it, not what is.
}
