// The buttons beside a row of weekdays tick the days at once. Without scripts they send the form.
for (const button of document.querySelectorAll("[data-days]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const days = button.dataset.days.split(" ");
    for (const box of button.closest("fieldset").querySelectorAll("[type=checkbox]")) {
      box.checked = days.includes(box.value);
    }
    button.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
