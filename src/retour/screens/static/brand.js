// Shows a brand as it is chosen: after a pause, what shoppers see is asked for anew. A picker stands beside the colour.
// Without it "Preview" does the same.

const PAUSE_MS = 300;
const form = document.getElementById("brand");
const shown = document.getElementById("brand-shown");
const style = document.getElementById("brand-style");
const text = form?.elements.color;
let timer = 0;
let asked = 0;

/** Ask what would become of what stands in the fields; what cannot be a brand yet changes nothing. */
async function show() {
  const mine = ++asked;
  const said = new URLSearchParams(new FormData(form));
  said.set("act", "try");
  const answer = await fetch(form.action, { method: "POST", body: said });
  if (!answer.ok || answer.redirected || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const made = page.getElementById("brand-shown");
  if (!made) return;
  style.href = page.getElementById("brand-style").getAttribute("href");
  shown.replaceChildren(...made.childNodes);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(() => show().catch(() => {}), PAUSE_MS); // The button "Preview" still shows it.
}

if (form && shown && style && text) {
  const picker = document.createElement("input");
  picker.type = "color";
  picker.className = "picker";
  picker.setAttribute("aria-label", "Pick a colour");
  const follow = () => (picker.value = /^#[0-9a-f]{6}$/i.test(text.value) ? text.value : picker.value);
  picker.value = "#1f5fbf"; // Our own calm blue.
  follow();
  picker.addEventListener("input", (event) => {
    event.stopPropagation();
    text.value = picker.value.toUpperCase();
    later();
  });
  text.after(picker);
  text.addEventListener("input", follow);
  form.addEventListener("input", later);
}
