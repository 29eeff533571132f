// What is new while a page is open: a pill that is pressed to see it, and nothing that moves by itself.
// Counts the seconds down in which a decision can be undone. Without it nothing is missing but the counting.

const watching = document.querySelector("[data-live]");

/** Make the pill, once: it lies over the page and moves nothing on it. */
function pill() {
  let one = document.querySelector(".pill");
  if (one === null) {
    one = document.createElement("div");
    one.className = "pill";
    one.setAttribute("role", "status");
    const link = document.createElement("a");
    link.href = location.href;
    one.append(link);
    document.body.append(one);
  }
  return one.firstElementChild;
}

function show(said) {
  if (said.new > 0) pill().textContent = `${said.new === 100 ? "100 or more" : said.new} new. Show`;
  if (said.changed > 0) pill().textContent = "This has changed. Show what is new";
  const lease = document.querySelector("[data-lease]");
  if (lease === null || said.mine === undefined) return;
  if (said.mine) lease.textContent = `Others see for ${said.left} that you have it open.`;
  else lease.textContent = "Somebody else has taken it over.";
}

if (watching !== null && "EventSource" in window) {
  const source = new EventSource(watching.dataset.live);
  source.addEventListener("message", (event) => show(JSON.parse(event.data)));
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

for (const bar of document.querySelectorAll("[data-undo]")) {
  const ends = performance.now() + 1000 * Number(bar.dataset.undo);
  const left = bar.querySelector(".left");
  const timer = setInterval(() => {
    const seconds = Math.ceil((ends - performance.now()) / 1000);
    if (seconds > 0) left.textContent = `in ${seconds} s`;
    else {
      clearInterval(timer);
      left.textContent = "now";
      bar.querySelector("form")?.remove();
    }
  }, 250);
}
