// Keeps what is being written while one writes it. Without this, "Keep for later" does the same.

const QUIET_MS = 1500;
const form = document.querySelector("form[data-draft]");
const said = form?.querySelector("[data-draft-said]");
let timer = 0;
let kept = form?.elements.message.value ?? "";
let isSent = false;

async function keep(isLast = false) {
  const text = form.elements.message.value;
  if (text.trim() === "" || text === kept) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("do", "draft");
  body.delete("once");
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: isLast });
    // Who is sent on was heard; anything else is an error that the page itself would say.
    if (answer.type !== "opaqueredirect") throw new Error(`status ${answer.status}`);
    kept = text;
    said.textContent = `Kept at ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}; not sent yet.`;
  } catch {
    said.textContent = "This is not kept: the server was not reached. Press “Keep for later” to try again.";
  }
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  isSent = false;
  timer = setTimeout(() => keep(), QUIET_MS);
});
form?.addEventListener("submit", () => {
  clearTimeout(timer);
  isSent = true;
});
// Who goes elsewhere in the middle of a word finds it here again.
addEventListener("pagehide", () => form && !isSent && keep(true));
addEventListener("pageshow", () => (isSent = false));
