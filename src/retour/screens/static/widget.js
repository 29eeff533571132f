/* <returns-widget>: the shopper's portal on the shop's own pages.
   No cookie, no storage, no request of its own but the frame; no inline style, no eval, no markup from text. */
(() => {
  "use strict";
  const shop = /*SHOP*/ null;
  const NAME = "returns-widget";
  if (shop === null || customElements.get(NAME) || !("adoptedStyleSheets" in Document.prototype)) return;

  const sheet = (text) => {
    const made = new CSSStyleSheet();
    made.replaceSync(text);
    return made;
  };
  const look = sheet(`
    :host { display: inline-block; max-width: 100%; font: inherit; }
    :host([hidden]) { display: none; }
    * { box-sizing: border-box; }
    .open {
      display: inline-flex; align-items: center; justify-content: center; min-height: 44px; max-width: 100%; margin: 0;
      padding: 8px 20px; border: 1px solid ${shop.light.edge}; border-color: light-dark(${shop.light.edge}, ${shop.dark.edge});
      border-radius: ${shop.radius}; background: ${shop.light.ground}; background: light-dark(${shop.light.ground}, ${shop.dark.ground});
      color: ${shop.light.on_ground}; color: light-dark(${shop.light.on_ground}, ${shop.dark.on_ground});
      font: inherit; font-weight: 600; line-height: 1.4; text-align: center; text-decoration: none; cursor: pointer;
    }
    .open.quiet { min-height: 24px; padding: 4px 0; border: 0; border-radius: 2px; background: none; color: inherit; font-weight: inherit; text-decoration: underline; text-underline-offset: 3px; }
    .open:hover { filter: brightness(0.94); }
    :focus-visible { outline: 2px solid #0b57d0; outline: 2px solid light-dark(#0b57d0, #a8c7fa); outline-offset: 2px; }
    dialog {
      width: min(680px, 100vw); height: min(880px, 100dvh); max-width: none; max-height: none; margin: auto; padding: 0; overflow: hidden;
      border: 1px solid #e2e2de; border-color: light-dark(#e2e2de, #343431); border-radius: 12px;
      background: #fbfbfa; background: light-dark(#fbfbfa, #141413); color: #1c1c1a; color: light-dark(#1c1c1a, #ececE8);
      font: 15px/1.4 system-ui, sans-serif;
    }
    dialog[open] { display: flex; flex-direction: column; }
    dialog::backdrop { background: rgb(0 0 0 / 0.5); }
    .bar { display: flex; align-items: center; gap: 4px 16px; padding: 6px 6px 6px 16px; border-bottom: 1px solid #e2e2de; border-bottom-color: light-dark(#e2e2de, #343431); }
    .bar strong { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
    .bar a { color: inherit; font-size: 13px; text-underline-offset: 3px; padding: 10px 4px; }
    .bar button { width: 44px; height: 44px; flex: none; padding: 0; border: 0; border-radius: 8px; background: none; color: inherit; cursor: pointer; }
    .bar button:hover { background: rgb(128 128 128 / 0.16); }
    .bar svg { display: block; width: 18px; height: 18px; margin: auto; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
    iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: none; }
    @media (max-width: 700px) { dialog { width: 100vw; height: 100dvh; border: 0; border-radius: 0; } }
    @media (prefers-reduced-motion: no-preference) {
      dialog[open] { animation: rise 160ms ease-out; }
      @keyframes rise { from { opacity: 0; translate: 0 12px; } }
    }
  `);
  const still = sheet("html { overflow: hidden; }");

  const element = (tag, attributes, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inside);
    return made;
  };
  const cross = () => {
    const space = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(space, "svg");
    const path = document.createElementNS(space, "path");
    drawing.setAttribute("viewBox", "0 0 18 18");
    drawing.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M3 3l12 12M15 3L3 15");
    drawing.append(path);
    return drawing;
  };

  class ReturnsWidget extends HTMLElement {
    static observedAttributes = ["workspace", "order", "locale", "label", "page"];
    #root = this.attachShadow({ mode: "open" });
    #dialog = null;

    connectedCallback() {
      this.#root.adoptedStyleSheets = [look];
      this.#draw();
    }

    disconnectedCallback() {
      if (this.#dialog?.open) this.#dialog.close();
    }

    attributeChangedCallback() {
      if (this.isConnected) this.#draw();
    }

    get #language() {
      const said = [this.getAttribute("locale"), this.closest("[lang]")?.lang, navigator.language];
      const spoken = said.map((one) => (one || "").toLowerCase().split(/[-_]/)[0]);
      return spoken.find((one) => Object.hasOwn(shop.words, one)) || "en";
    }

    get #address() {
      const workspace = this.getAttribute("workspace") || shop.workspace;
      const isWithdrawal = this.getAttribute("page") === "withdraw";
      const path = `/p/${encodeURIComponent(workspace)}${isWithdrawal ? "/withdraw" : ""}`;
      const address = new URL(shop.base + path);
      address.searchParams.set("lang", this.#language);
      const order = this.getAttribute("order");
      if (order && !isWithdrawal) address.searchParams.set("order", order);
      return address.href;
    }

    /* Only where our server lets this very page frame the portal; elsewhere a link does the same. */
    get #isFramed() {
      const workspace = this.getAttribute("workspace") || shop.workspace;
      return workspace === shop.workspace && window === window.top && shop.hosts.includes(location.origin);
    }

    #draw() {
      const words = shop.words[this.#language];
      const isWithdrawal = this.getAttribute("page") === "withdraw";
      const label = this.getAttribute("label") || (isWithdrawal ? words.withdraw : words.open);
      const shape = isWithdrawal ? "open quiet" : "open";
      const opener = this.#isFramed
        ? element("button", { type: "button", class: shape, part: "opener", "aria-haspopup": "dialog" }, label)
        : element("a", { href: this.#address, class: shape, part: "opener" }, label);
      if (this.#isFramed) opener.addEventListener("click", () => this.#open(label));
      this.#dialog?.close();
      this.#dialog = null;
      this.#root.replaceChildren(opener);
    }

    #open(label) {
      this.#dialog ??= this.#made(label);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
      this.#dialog.showModal();
    }

    #made(label) {
      const words = shop.words[this.#language];
      const address = this.#address;
      const close = element("button", { type: "button", "aria-label": words.close, title: words.close }, cross());
      const apart = element("a", { href: address, target: "_blank", rel: "noopener" }, words.apart);
      const frame = element("iframe", { title: label, referrerpolicy: "no-referrer" });
      const bar = element("div", { class: "bar" }, element("strong", {}, label), apart, close);
      const dialog = element("dialog", { "aria-label": label, part: "dialog" }, bar, frame);
      const refused = (event) => {
        if (!event.blockedURI.startsWith(new URL(shop.base).origin)) return;
        if (/^(frame|child|default)-src$/.test(event.effectiveDirective)) location.assign(address);
      };
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close();
      });
      dialog.addEventListener("close", () => {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== still);
      });
      document.addEventListener("securitypolicyviolation", refused);
      this.#root.append(dialog);
      frame.src = address;
      return dialog;
    }
  }

  customElements.define(NAME, ReturnsWidget);
})();
