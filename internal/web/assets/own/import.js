// The upload form: files can be dropped, are listed, held against the limit before they are sent, and sent with progress.

const form = document.getElementById("upload");
const input = document.getElementById("files");
const zone = form.querySelector(".z-drop");
const list = document.getElementById("chosen");

function size(bytes) {
  const units = document.documentElement.lang === "ru" ? ["Б", "КиБ", "МиБ", "ГиБ"] : ["B", "KiB", "MiB", "GiB"];
  let n = 0;
  while (bytes >= 1024 && n < units.length - 1) { bytes /= 1024; n++; }
  return `${bytes.toLocaleString(document.documentElement.lang, { maximumFractionDigits: n ? 1 : 0 })} ${units[n]}`;
}

function complain(text) {
  form.querySelector("#form-errors")?.remove();
  const alert = document.createElement("div");
  alert.id = "form-errors";
  alert.className = "z-alert z-tone-bad";
  alert.role = "alert";
  alert.tabIndex = -1;
  alert.textContent = text;
  form.prepend(alert);
  alert.focus();
}

function tooLarge() {
  return [...input.files].reduce((sum, file) => sum + file.size, 0) > Number(form.dataset.max);
}

input.addEventListener("change", () => {
  list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = `${file.name}, ${size(file.size)}`;
    return item;
  }));
  form.querySelector("#form-errors")?.remove();
  if (tooLarge()) complain(form.dataset.tooLarge);
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.toggle("z-drop-over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    }
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (tooLarge()) {
    form.classList.remove("z-busy");
    complain(form.dataset.tooLarge);
    return;
  }
  const shown = form.querySelector(".z-upload-progress");
  shown.hidden = false;
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (sent) => {
    if (sent.lengthComputable) shown.firstElementChild.value = (100 * sent.loaded) / sent.total;
  });
  request.addEventListener("load", () => {
    if (request.status < 400) { location.assign(request.responseURL); return; }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    failed(answer.querySelector("#form-errors")?.textContent || form.dataset.broken);
  });
  request.addEventListener("error", () => failed(form.dataset.broken));
  request.send(new FormData(form));
});

function failed(text) {
  form.classList.remove("z-busy");
  form.querySelector(".z-upload-progress").hidden = true;
  complain(text);
}
