// A button beside what is meant to be copied. Without it one marks the text oneself.

for (const code of document.querySelectorAll("[data-copy]")) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "small copying", textContent: "Copy" });
  const name = code.closest("section")?.querySelector("h2")?.textContent;
  if (name) button.append(Object.assign(document.createElement("span"), { className: "unseen", textContent: ` ${name}` }));
  const said = Object.assign(document.createElement("span"), { className: "note" });
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(code);
      said.textContent = "Marked. Press Ctrl-C, or Cmd-C.";
    }
  });
  code.after(button, said);
}
