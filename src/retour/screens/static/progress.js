// Shows how far something has come without a reload: the page is asked for anew, and its figures take the place of the old
// ones. Once it has ended, so does the page's content. The focus and what one looks at stay where they are. Without it a
// link on the page looks again.

const LOOK_MS = 3000;
const FOLLOWS = "#progress, [data-follows]";
const told = document.createElement("p");
told.className = "unseen";
told.setAttribute("role", "status");

/** Ask for the page anew; says whether there is more to come. */
async function look() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.redirected || answer.status === 404) return location.reload(); // Signed out, or gone: the server says what now.
  if (!answer.ok) return later();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.getElementById("progress") !== null) {
    for (const to of document.querySelectorAll(FOLLOWS)) take(to, page.getElementById(to.id));
    return later();
  }
  const { ended } = document.getElementById("progress").dataset;
  take(content(), page.getElementById("content"));
  told.textContent = ended;
}

/** Give one part of the page what it is now, if that is anything else. */
function take(to, from) {
  if (from === null || from.innerHTML === to.innerHTML) return;
  const held = to.contains(document.activeElement) ? document.activeElement : null;
  const was = (held ?? figures())?.getBoundingClientRect().top;
  to.replaceChildren(...from.childNodes);
  const there = held === null ? figures() : twin(held);
  if (held !== null && there !== held) (there ?? content()).focus({ preventScroll: true });
  if (window.scrollY > 0 && was !== undefined && there !== null) window.scrollBy(0, there.getBoundingClientRect().top - was);
}

function figures() {
  return document.querySelector("[data-follows]");
}

/** Find what has taken an element's place: by its id, its address, or what it is called. */
function twin(held) {
  if (held.isConnected) return held;
  if (held.id) return document.getElementById(held.id);
  const named = (one) => [one.tagName, one.href ?? "", one.getAttribute("aria-label") ?? one.textContent.trim()].join("\n");
  return [...content().querySelectorAll(held.tagName)].find((one) => named(one) === named(held)) ?? null;
}

function content() {
  return document.getElementById("content");
}

function later() {
  setTimeout(() => look().catch(later), LOOK_MS); // A server that is away for a moment is asked again.
}

if (document.getElementById("progress") !== null) {
  document.body.append(told);
  later();
}
