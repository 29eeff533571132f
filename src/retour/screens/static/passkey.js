// Lets the browser make or use a passkey, then sends the form that asked for one.
// Without scripts, or in a browser that knows no passkeys, the page says so and other ways remain.
const form = document.querySelector("form[data-passkey]");
const known = globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON;

if (form && known) {
  const options = JSON.parse(form.dataset.options);
  const trouble = document.getElementById("trouble");
  form.hidden = false;
  document.getElementById("unknown").hidden = true;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    trouble.hidden = true;
    try {
      const made = form.dataset.passkey === "make"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.credential.value = JSON.stringify(made);
      form.submit();
    } catch {
      trouble.hidden = false;
    }
  });
}
