// Rules are put in order by their handles. "Up" and "Down" beside each rule do the same, without this.

const form = document.getElementById("order");
let moved = null;
let before = [];

/** Put the rule that is held before or behind the one it is over. */
function over(event) {
  const list = event.currentTarget;
  if (moved?.parentElement !== list) return;
  event.preventDefault();
  const there = event.target.closest("[data-place]");
  if (!there || there === moved) return;
  const middle = there.getBoundingClientRect();
  const isBehind = event.clientY > middle.top + middle.height / 2;
  list.insertBefore(moved, isBehind ? there.nextElementSibling : there);
}

/** Send where it came to lie: in the place of the rule that lay there. */
function drop() {
  const now = [...moved.parentElement.children].indexOf(moved);
  const from = moved.dataset.place;
  moved.classList.remove("held");
  moved.draggable = false;
  moved = null;
  if (before[now] === from) return;
  form.elements.rule.value = from;
  form.elements.to.value = before[now];
  form.requestSubmit();
}

for (const list of form ? document.querySelectorAll("[data-order]") : []) {
  if (list.children.length < 2) continue;
  list.addEventListener("dragover", over);
  list.addEventListener("drop", (event) => event.preventDefault());
  for (const rule of list.children) {
    const handle = rule.querySelector(".handle");
    handle.hidden = false;
    handle.addEventListener("pointerdown", () => (rule.draggable = true));
    handle.addEventListener("pointerup", () => (rule.draggable = false));
    rule.addEventListener("dragstart", (event) => {
      moved = rule;
      before = [...list.children].map((one) => one.dataset.place);
      event.dataTransfer.effectAllowed = "move";
      rule.classList.add("held");
    });
    rule.addEventListener("dragend", drop);
  }
}
