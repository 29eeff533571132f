// Shows how far something has come without a reload: the page is asked for anew, and its figures take the place of the old
// ones. Once it has ended, so does the page's content. Without it a link on the page looks again.

const LOOK_MS = 3000;
const told = document.createElement("p");
told.className = "unseen";
told.setAttribute("role", "status");

/** Ask for the page anew; says whether there is more to come. */
async function look() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.redirected || answer.status === 404) return location.reload(); // Signed out, or gone: the server says what now.
  if (!answer.ok) return later();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [from, to] = [page.getElementById("progress"), document.getElementById("progress")];
  if (from !== null) {
    to.replaceChildren(...from.childNodes);
    return later();
  }
  const held = document.getElementById("content").contains(document.activeElement);
  document.getElementById("content").replaceChildren(...page.getElementById("content").childNodes);
  if (held) document.getElementById("content").focus();
  told.textContent = to.dataset.ended;
}

function later() {
  setTimeout(() => look().catch(later), LOOK_MS); // A server that is away for a moment is asked again.
}

if (document.getElementById("progress") !== null) {
  document.body.append(told);
  later();
}
