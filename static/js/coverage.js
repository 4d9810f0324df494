// Without coverage a form stays as it is, and the page says which number to call.
(() => {
  const notice = document.getElementById("no-coverage");
  if (!notice) return;
  addEventListener("online", () => {
    notice.hidden = true;
  });
  // Before send.js, which would show the button as busy.
  document.addEventListener(
    "submit",
    (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopPropagation();
      notice.hidden = false;
      notice.focus();
    },
    { capture: true },
  );
})();
