// "/" puts the cursor in the header's search field. Those who use their voice or hit keys by
// accident can turn it off: the choice is kept in this browser.
(() => {
  const OFF = "no-search-key";
  const field = document.querySelector("[data-find]");
  if (!field) return;
  const sign = field.parentElement.querySelector("kbd");
  const choice = document.querySelector("[data-find-key]");
  const isOn = () => localStorage.getItem(OFF) === null;
  const show = () => {
    sign.hidden = !isOn();
    if (choice) choice.checked = isOn();
  };

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping || !isOn() || !field.checkVisibility()) return;
    event.preventDefault();
    field.select();
    field.focus();
  });
  if (choice) {
    choice.closest("[hidden]").hidden = false;
    choice.addEventListener("change", () => {
      if (choice.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
      show();
    });
  }
  show();
})();
