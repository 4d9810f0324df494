// A form is sent once; the pressed button is busy until the answer comes.
(() => {
  const { wait, saving } = document.currentScript.dataset; // words
  const PATIENCE = 20_000; // ms: the user may have stopped the page
  const WIDE = 96; // px: room for a word
  const sent = new Map(); // form → how to make it as it was

  const mark = (button, form) => {
    const width = button.offsetWidth; // the spinner makes it wider
    button.setAttribute("aria-busy", "true");
    if (!button.matches(".ds-button") || width < WIDE) {
      return () => button.removeAttribute("aria-busy");
    }
    const content = [...button.childNodes];
    button.style.minInlineSize = `${width}px`;
    const saves = button.name === "confirmed" || "saves" in form.dataset;
    button.replaceChildren(saves ? saving : wait);
    return () => {
      button.removeAttribute("aria-busy");
      button.style.minInlineSize = "";
      button.replaceChildren(...content);
    };
  };

  const release = (form) => {
    sent.get(form)?.();
    sent.delete(form);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.set(form, event.submitter ? mark(event.submitter, form) : () => {});
    setTimeout(release, PATIENCE, form);
  });

  // Back, to a page that the browser has kept.
  addEventListener("pageshow", (event) => {
    if (event.persisted) [...sent.keys()].forEach(release);
  });

  // Links that htmx follows.
  document.addEventListener("htmx:beforeRequest", ({ detail }) =>
    detail.elt.setAttribute("aria-busy", "true"),
  );
  document.addEventListener("htmx:afterRequest", ({ detail }) =>
    detail.elt.removeAttribute("aria-busy"),
  );
})();
