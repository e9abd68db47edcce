// Keeps what a reader types in this browser's own storage: name, email and website, if asked to, and the words until
// they have arrived. None of it leaves but in the form itself.
"use strict";
(() => {
  const PERSON = "broadsheet-commenter";
  const draftKey = (article) => "broadsheet-draft-" + article;
  const stored = (act) => {
    try { return act(localStorage); } catch { return null; /* Storage may be switched off; the form works without it. */ }
  };

  // The page of a comment that has arrived: its draft has done its work.
  const sent = document.querySelector("[data-sent]");
  if (sent) stored((storage) => storage.removeItem(draftKey(sent.dataset.sent)));

  const form = document.getElementById("commentform");
  const box = document.getElementById("remember");
  if (!form || !box) return;
  const words = form.elements.comment;
  const people = ["author", "email", "url"].map((name) => form.elements[name]);

  const saved = stored((storage) => JSON.parse(storage.getItem(PERSON) || "null"));
  if (saved) {
    box.checked = true;
    people.forEach((field) => { if (!field.value) field.value = saved[field.name] || ""; });
  }
  form.addEventListener("submit", () => stored((storage) => {
    if (box.checked) {
      storage.setItem(PERSON, JSON.stringify(Object.fromEntries(people.map((field) => [field.name, field.value]))));
    } else {
      storage.removeItem(PERSON);
    }
  }));

  const article = (/\/articles\/(\d+)\//.exec(form.action) || [])[1];
  if (!article || !words) return;
  const draft = stored((storage) => storage.getItem(draftKey(article)));
  if (draft && !words.value.trim()) words.value = draft;
  words.addEventListener("input", () => stored((storage) => {
    if (words.value.trim()) storage.setItem(draftKey(article), words.value);
    else storage.removeItem(draftKey(article));
  }));
})();
