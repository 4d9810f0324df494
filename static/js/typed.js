// Choosing a language or a view loads the page again: what was typed in it is filled in again.
// It is kept only between the two pages, and only where it differs from what the page showed.
const TYPED = "typed";
const CHOOSERS = /\/(language|view)\/choose\/$/;

function pathOf(form) {
  return new URL(form.getAttribute("action") || "", location).pathname;
}

// The fields that people write in or choose from, by form and name. Never hidden fields or
// passwords.
function typedFields() {
  const found = [];
  for (const form of document.querySelectorAll("main form[method=post]")) {
    if (CHOOSERS.test(pathOf(form))) continue;
    for (const field of form.querySelectorAll("input[name], textarea[name], select[name]")) {
      if (["hidden", "password", "submit", "button"].includes(field.type)) continue;
      const value = ["checkbox", "radio"].includes(field.type) ? field.value : "";
      found.push([`${pathOf(form)} ${field.name} ${value}`, field]);
    }
  }
  return found;
}

function stateOf(field) {
  return ["checkbox", "radio"].includes(field.type) ? field.checked : field.value;
}

const shown = new Map(typedFields().map(([key, field]) => [key, stateOf(field)]));

document.addEventListener("submit", (event) => {
  if (!CHOOSERS.test(pathOf(event.target))) return;
  const changed = typedFields()
    .map(([key, field]) => [key, stateOf(field)])
    .filter(([key, state]) => state !== shown.get(key));
  if (changed.length) {
    sessionStorage.setItem(TYPED, JSON.stringify({ page: location.pathname, changed }));
  }
});

const kept = JSON.parse(sessionStorage.getItem(TYPED) || "{}");
sessionStorage.removeItem(TYPED);
if (kept.page === location.pathname) {
  const changed = new Map(kept.changed);
  for (const [key, field] of typedFields()) {
    if (!changed.has(key)) continue;
    if (typeof changed.get(key) === "boolean") field.checked = changed.get(key);
    else field.value = changed.get(key);
    const closed = field.closest("details:not([open])");
    if (closed) closed.open = true;
  }
}
