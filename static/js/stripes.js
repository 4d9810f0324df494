// The stripes of the chosen period follow the number of employees while it is typed: those that
// would go are dashed. What it does to visits is on the page that the button leads to.
{
  const field = document.querySelector("[data-stripes] [name=staff]");
  const period = document.querySelector("a.period[aria-current]");
  if (field && period) {
    const stripes = [...period.querySelectorAll("rect")];
    const used = stripes.filter((stripe) => stripe.classList.contains("used")).length;
    const number = period.querySelector(".says b");
    const now = number.textContent;
    const before = document.createElement("span");
    before.className = "before";
    const words = field.closest("[data-stripes]").dataset;
    before.textContent = ` ${words.stripes}`;
    before.hidden = true;
    const unit = period.querySelector(".unit");
    unit.after(before);

    const follow = () => {
      const typed = /^\d+$/.test(field.value.trim()) ? Number(field.value) : Number(now);
      const gone = Math.max(stripes.length - typed, 0);
      stripes.forEach((stripe, index) => {
        const isUsed = index >= stripes.length - used;
        stripe.setAttribute("class", index < gone ? "gone" : isUsed ? "used" : "free");
      });
      number.textContent = typed;
      unit.textContent = typed === 1 ? words.one : words.many;
      before.hidden = typed === Number(now);
    };
    field.addEventListener("input", follow);
    follow();
  }
}
