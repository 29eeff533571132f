// What was searched for lately in this tab: offered where one searches, and gone with the tab, for it may name persons.

const KEY = `retour-searched-${location.pathname.split("/")[2] ?? ""}`;
const MOST = 8;

/** The searches of this tab, the latest first. */
export function recent() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

/** The address at which a search is shown. */
export function addressOf(q) {
  return `${location.pathname.split("/").slice(0, 3).join("/")}/returns?${new URLSearchParams({ q })}`;
}

function remember(q) {
  sessionStorage.setItem(KEY, JSON.stringify([q, ...recent().filter((one) => one !== q)].slice(0, MOST)));
}

const searched = new URLSearchParams(location.search).get("q")?.trim();
if (searched && location.pathname.endsWith("/returns") && document.querySelector("#q[aria-invalid]") === null) remember(searched);

const offered = recent().map((value) => Object.assign(document.createElement("option"), { value, label: "searched lately" }));
document.querySelector("#searches")?.prepend(...offered);
for (const field of document.querySelectorAll("#q")) field.setAttribute("list", "searches");
