// The board without a mouse: one tab stop, arrow keys between visits. Everything works
// as plain links without this file.
(() => {
  const board = document.querySelector("[data-board]");
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  if (!board) return;

  // A shadow at the edge while hours are hidden beyond it.
  const markMore = () => {
    const hidden = board.scrollWidth - board.clientWidth - board.scrollLeft;
    board.toggleAttribute("data-more", hidden > 1);
    board.toggleAttribute("data-before", board.scrollLeft > 1);
  };
  board.addEventListener("scroll", markMore, { passive: true });
  new ResizeObserver(markMore).observe(board);

  const lanes = [...board.querySelectorAll(".lane")].map((lane) => [
    ...lane.querySelectorAll("a.block"),
  ]);
  const all = lanes.flat();
  const current = board.querySelector("[aria-current]");

  const stop = (block) => {
    all.forEach((other) => (other.tabIndex = other === block ? 0 : -1));
  };
  if (all.length) stop(all.includes(current) ? current : all[0]);
  if (current) current.scrollIntoView({ block: "nearest", inline: "nearest" });
  // A board that is cut begins where something is to be done: at what is opened, else at the first
  // visit that nobody has, else an hour before now.
  const target = all.includes(current) ? current : board.querySelector(".lane.open a.block, .now-tag");
  if (target) {
    const { left } = board.querySelector(".axis .track").getBoundingClientRect();
    const { width } = board.querySelector(".hour-names span").getBoundingClientRect();
    board.scrollLeft = target.getBoundingClientRect().left - left - width;
  }

  const middle = (block) => {
    const box = block.getBoundingClientRect();
    return (box.left + box.right) / 2;
  };
  const nearest = (blocks, from) =>
    blocks.reduce((best, block) =>
      Math.abs(middle(block) - middle(from)) < Math.abs(middle(best) - middle(from)) ? block : best,
    );
  const inNextLane = (from, step) => {
    let index = lanes.findIndex((lane) => lane.includes(from)) + step;
    while (lanes[index] && !lanes[index].length) index += step;
    return lanes[index] && nearest(lanes[index], from);
  };
  const along = (from, step) => {
    const lane = lanes.find((blocks) => blocks.includes(from));
    return lane[lane.indexOf(from) + step];
  };
  const moves = {
    ArrowRight: (from) => along(from, 1),
    ArrowLeft: (from) => along(from, -1),
    ArrowDown: (from) => inNextLane(from, 1),
    ArrowUp: (from) => inNextLane(from, -1),
    Home: (from) => lanes.find((blocks) => blocks.includes(from))[0],
    End: (from) => lanes.find((blocks) => blocks.includes(from)).at(-1),
  };

  board.addEventListener("keydown", (event) => {
    const from = event.target.closest("a.block");
    if (!from || !moves[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const to = moves[event.key](from);
    if (!to) return;
    stop(to);
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
})();
