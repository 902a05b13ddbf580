// Runs before the page is drawn: where nobody chose a theme, the system's applies.
const root = document.documentElement;
if (root.dataset.theme === "auto") {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    root.dataset.bsTheme = dark.matches ? "dark" : "light";
    document.dispatchEvent(new Event("zveno:theme"));
  };
  dark.addEventListener("change", apply);
  apply();
}
