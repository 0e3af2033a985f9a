// Light or dark before anything is painted: as the system says, unless the reader chose.
"use strict";
(() => {
  const KEY = "handfast-preview-theme";
  const CHOICES = ["auto", "light", "dark"];
  const system = matchMedia("(prefers-color-scheme: dark)");
  let choice = "auto";
  try {
    choice = localStorage.getItem(KEY) ?? "auto";
  } catch {} // without storage the choice lasts as long as the page

  function apply() {
    const dark = choice === "dark" || (choice === "auto" && system.matches);
    document.documentElement.classList.toggle("dark-mode", dark);
    const button = document.getElementById("theme");
    if (button) button.textContent = `Theme: ${choice}`;
  }

  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    document.getElementById("theme")?.addEventListener("click", () => {
      choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
      try {
        localStorage.setItem(KEY, choice);
      } catch {}
      apply();
    });
  });
  apply();
})();
