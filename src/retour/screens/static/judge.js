// "2" is this page's own key: accept for a part. It rests while one writes, and where single keys are off.

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not([type=radio]), textarea, select");
  if (event.key !== "2" || event.ctrlKey || event.metaKey || event.altKey || writing) return;
  if (localStorage.getItem("retour-keys-off") === "yes" || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  const percent = document.querySelector("#percent");
  if (percent?.value) document.querySelector('[data-key="2"]')?.click();
  else percent?.focus();
});
