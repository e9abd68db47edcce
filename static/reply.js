// Remembers name, email and website in this browser, if asked to. They never leave it but in the form itself.
"use strict";
(() => {
  const form = document.getElementById("commentform");
  const box = document.getElementById("remember");
  if (!form || !box) return;
  const KEY = "broadsheet-commenter";
  const fields = ["author", "email", "url"].map((name) => form.elements[name]);
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) || "null");
    if (saved) {
      box.checked = true;
      fields.forEach((field) => { if (!field.value) field.value = saved[field.name] || ""; });
    }
  } catch { /* Storage may be switched off; the form works without it. */ }
  form.addEventListener("submit", () => {
    try {
      if (box.checked) {
        localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))));
      } else {
        localStorage.removeItem(KEY);
      }
    } catch { /* As above. */ }
  });
})();
