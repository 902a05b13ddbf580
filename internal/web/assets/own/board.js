// Cards are dragged between the columns of a board. The server owns the order: a drop presses the button of the card's
// "Move to…" menu, and a refusal puts the card back.
let dragged = null;

function pressMove(item, stage) {
  const button = [...item.querySelectorAll("form[data-move] button[name=stage]")].find((b) => b.value === stage);
  if (button) button.click();
  return Boolean(button);
}

function watch(root) {
  for (const column of root.querySelectorAll("[data-board-column]")) {
    if (column.sortable) continue;
    column.sortable = Sortable.create(column, {
      group: "board", sort: false, animation: 120, delay: 120, delayOnTouchOnly: true, draggable: "[data-card]", ghostClass: "z-deal-ghost",
      filter: "details", preventOnFilter: false,
      onStart({ item, from }) { dragged = { item, from, next: item.nextElementSibling }; },
      onEnd({ item, from, to }) {
        if (from !== to && !pressMove(item, to.dataset.boardColumn)) from.insertBefore(item, dragged.next);
      },
    });
  }
}

watch(document);
document.addEventListener("htmx:afterSettle", () => watch(document));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful || !dragged || !dragged.item.contains(event.detail.elt)) return;
  dragged.from.insertBefore(dragged.item, dragged.next);
  document.querySelectorAll("#board form.z-busy").forEach((form) => form.classList.remove("z-busy"));
});
