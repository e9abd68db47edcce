// Saves what a reader types in this browser's own storage: name, email and website, if asked to, and the comment until
// it has arrived. It is sent nowhere except with the form itself.
"use strict";
(() => {
    const COMMENTER_KEY = "broadsheet-commenter";
    const draftKey = (article) => `broadsheet-draft-${article}`;
    const withStorage = (action) => {
        try {
            return action(localStorage);
        } catch {
            // Storage may be switched off; the form works without it.
            return null;
        }
    };

    // The page of a comment that has arrived: its draft is no longer needed.
    const sent = document.querySelector("[data-sent]");
    if (sent) withStorage((storage) => storage.removeItem(draftKey(sent.dataset.sent)));

    const form = document.getElementById("commentform");
    const box = document.getElementById("remember");
    if (!form || !box) return;
    const comment = form.elements.comment;
    const fields = ["author", "email", "url"].map((name) => form.elements[name]);

    const saved = withStorage((storage) => JSON.parse(storage.getItem(COMMENTER_KEY) || "null"));
    if (saved) {
        box.checked = true;
        for (const field of fields) if (!field.value) field.value = saved[field.name] || "";
    }
    form.addEventListener("submit", () =>
        withStorage((storage) => {
            if (box.checked)
                storage.setItem(
                    COMMENTER_KEY,
                    JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))),
                );
            else storage.removeItem(COMMENTER_KEY);
        }),
    );

    const article = /\/articles\/(\d+)\//.exec(form.action)?.[1];
    if (!article || !comment) return;
    const draft = withStorage((storage) => storage.getItem(draftKey(article)));
    if (draft && !comment.value.trim()) comment.value = draft;
    comment.addEventListener("input", () =>
        withStorage((storage) => {
            if (comment.value.trim()) storage.setItem(draftKey(article), comment.value);
            else storage.removeItem(draftKey(article));
        }),
    );
})();
