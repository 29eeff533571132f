// Presses the one button of a form that waited for a proof. Without this one presses it oneself.
// Coming back to the page presses nothing: what it held is gone by then.
const form = document.querySelector("form[data-goes-on]");
const came = performance.getEntriesByType("navigation")[0]?.type;
if (form && came !== "back_forward" && came !== "reload") {
  form.requestSubmit();
}
