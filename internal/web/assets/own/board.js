// Cards are dragged between the columns of a board. The server owns the order: a drop posts the card's "Move to…" form, and
// a refusal puts the page back as the server has it.
for (const column of document.querySelectorAll("[data-board-column]")) {
  Sortable.create(column, {
    group: "board", sort: false, animation: 120, delay: 120, delayOnTouchOnly: true, draggable: "[data-card]", ghostClass: "z-card-ghost",
    onEnd({ item, from, to }) {
      if (from === to) return;
      const form = item.querySelector("form[data-move]");
      form.elements.stage.value = to.dataset.boardColumn;
      form.requestSubmit();
    },
  });
}
