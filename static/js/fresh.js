// The open calendar follows what happens: it is requested again each minute and when the user
// comes back to it. The browser keeps no copy (no-store), so the script sends the ETag itself;
// an unchanged calendar costs an answer without a page (304). What differs is changed in place,
// so that focus stays and nothing that is being read moves.
(() => {
  const MINUTE = 60_000;
  let known = document.currentScript.dataset.etag || null;
  let asked = Date.now();

  const renew = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    const alike = old.nodeName === fresh.nodeName && old.childNodes.length === fresh.childNodes.length;
    if (!alike || old.nodeType !== Node.ELEMENT_NODE) {
      replace(old, fresh);
      return;
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
    const freshChildren = [...fresh.childNodes];
    [...old.childNodes].forEach((child, index) => renew(child, freshChildren[index]));
  };

  const replace = (old, fresh) => {
    const held = old.contains(document.activeElement) && document.activeElement;
    const copy = document.importNode(fresh, true);
    old.replaceWith(copy);
    if (!held) return;
    const same = held.href && [...copy.querySelectorAll("a")].find((a) => a.href === held.href);
    const heir = same || copy;
    if (!same) heir.tabIndex = -1;
    heir.focus({ preventScroll: true });
  };

  const look = async () => {
    asked = Date.now();
    const headers = known ? { "If-None-Match": known } : {};
    const answer = await fetch(location.href, { cache: "no-store", headers });
    if (answer.redirected) location.reload(); // the session has ended: log in
    if (!answer.ok || answer.redirected) return;
    known = answer.headers.get("ETag");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, fresh] = [document, page].map((one) => one.querySelector("main > .wrap"));
    if (!fresh) return;
    renew(old, document.adoptNode(fresh));
    window.htmx?.process(old);
  };

  const tick = () => {
    if (!document.hidden) look().catch(() => {}); // no line: the next minute is early enough
  };
  setInterval(tick, MINUTE);
  addEventListener("pageshow", (event) => {
    if (event.persisted) tick();
  });
  document.addEventListener("visibilitychange", () => {
    if (Date.now() - asked > MINUTE / 6) tick();
  });
})();
