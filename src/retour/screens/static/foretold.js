// Keeps the frame of a mail away until somebody asks to see it. Without it the frame is there from the first.

const shown = document.querySelector("[data-foretold]");
if (shown !== null) {
  shown.hidden = true;
  let last = null;
  for (const button of document.querySelectorAll("button[formtarget=mail]")) {
    button.addEventListener("click", () => {
      shown.hidden = false;
      last = button;
    });
  }
  // On a dark screen or not: the same is asked for again.
  shown.addEventListener("change", (event) => {
    if (event.target.name === "dark") last?.click();
  });
}
