// Close an open <details class="pop"> with Escape, and when something else is pressed.
{
  const close = (pop) => {
    pop.open = false;
  };

  document.addEventListener("keydown", (event) => {
    const pop = document.querySelector(".pop[open]");
    if (event.key === "Escape" && pop) {
      close(pop);
      pop.querySelector("summary").focus();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    for (const pop of document.querySelectorAll(".pop[open]")) {
      if (!pop.contains(event.target)) close(pop);
    }
  });
}
