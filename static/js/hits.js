// Beside the button stands how many visits the change hits, while one types. The server counts them
// as it does for the preview, and saves nothing.
(() => {
  const PAUSE = 700; // ms without a key
  const place = document.querySelector("[data-hits]");
  if (!place) return;
  const form = place.closest("form");
  let timer;
  let isRunning = false;
  let again = false;

  const count = async () => {
    if (isRunning) {
      again = true;
      return;
    }
    isRunning = true;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "HX-Request": "true" },
        redirect: "manual",
      });
      // 204: the form has errors, which the button shows.
      place.textContent = response.status === 200 ? await response.text() : "";
    } catch {
      place.textContent = ""; // no network
    }
    isRunning = false;
    if (again) {
      again = false;
      count();
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(count, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
})();
