// What every page does in the browser: menus, the side bar on phones, dialogs, toasts, keyboard shortcuts, forms that
// submit when a choice changes, rows that lead somewhere, and live updates.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Menus are <details>: close those that are left.
document.addEventListener("click", (event) => {
  for (const menu of $$("details.z-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// The side bar covers the page on phones.
function toggleSidebar(open) {
  document.body.classList.toggle("z-nav-open", open);
  $("#nav-toggle")?.setAttribute("aria-expanded", String(open));
}
$("#nav-toggle")?.addEventListener("click", () => toggleSidebar(!document.body.classList.contains("z-nav-open")));
$("#nav-shade")?.addEventListener("click", () => toggleSidebar(false));

// Dialogs open from buttons that name them.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog, .z-toast")?.[closer.closest("dialog") ? "close" : "remove"]();
});

// Forms that filter submit when a choice changes; empty fields stay out of the address.
document.addEventListener("change", (event) => {
  if (event.target.form?.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get") {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; });
  }
  if (form.method === "post") form.classList.add("z-busy");
});
window.addEventListener("pageshow", () => $$(".z-busy").forEach((form) => form.classList.remove("z-busy")));

// A row leads where its first link leads.
document.addEventListener("click", (event) => {
  if (event.target.closest("a, button, input, select, label, summary") || String(getSelection())) return;
  const link = event.target.closest("tr[data-row]")?.querySelector("a[href]");
  if (link) event.ctrlKey || event.metaKey ? window.open(link.href) : link.click();
});

// Keys: "/" searches, "g" and a letter goes somewhere, "?" lists them, Escape closes.
let prefix = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    toggleSidebar(false);
    for (const menu of $$("details.z-menu[open]")) { menu.open = false; $("summary", menu).focus(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  if (event.key === "/") {
    const search = $("#search");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === "?") {
    $("#shortcuts")?.showModal();
  } else if (event.key === "g") {
    prefix = Date.now();
  } else if (Date.now() - prefix < 1500) {
    prefix = 0;
    $(`[data-key="${CSS.escape(event.code.replace("Key", "").toLowerCase())}"]`)?.click();
  }
});

// On phones the parts of the settings stand in a line that is wider than the window: show where one is.
$(".z-settings-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A summary of errors is what a refused form is read from.
$("#form-errors")?.focus();

// Live: the server says that something changed, and parts of the page that want to know fetch themselves again.
if ($("[data-live]") && window.EventSource) {
  const events = new EventSource("/events");
  let waiting = 0;
  events.addEventListener("changed", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => document.body.dispatchEvent(new Event("zveno:changed")), 500);
  });
  window.addEventListener("pagehide", () => events.close());
}
