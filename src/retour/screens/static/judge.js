// "2" is this page's own key: accept for a part. It rests while one writes, and where single keys are off.

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input:not([type=radio]), textarea, select");
  const key = JSON.parse(document.body.dataset.keysMine ?? "{}")["2"] ?? "2";
  if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || writing) return;
  if (document.body.hasAttribute("data-keys-off") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  const percent = document.querySelector("#percent");
  if (percent?.value) document.querySelector('[data-key="2"]')?.click();
  else percent?.focus();
});
