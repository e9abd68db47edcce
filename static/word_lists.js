// Previews the word lists on the last comments while they are typed. The page works without it: a button does the same.
"use strict";
(() => {
    const form = document.getElementById("discussion");
    if (!form) return;
    const DEBOUNCE_MS = 400;
    const lists = ["hold_words", "refuse_words"].map((name) => ({
        area: form.elements[name],
        preview: document.getElementById(`${name}-preview`),
        currentLine: document.getElementById(`${name}-current`),
    }));
    let timer;
    let isLoading = false;
    let isOutdated = false;

    // Reports on the line that is being typed, and marks it among the others.
    const markCurrentLine = ({ area, preview, currentLine }) => {
        const before = area.value.slice(0, area.selectionStart);
        const number = before.split("\n").length;
        const line = area.value.split("\n")[number - 1].trim();
        const sample = preview.querySelector("[data-no-match]");
        for (const row of preview.querySelectorAll("[data-line]"))
            row.classList.toggle("current", row.dataset.line === String(number));
        const row = preview.querySelector("tr.current");
        if (!line || !sample || document.activeElement !== area) currentLine.textContent = "";
        else if (row) currentLine.textContent = `${row.cells[0].textContent} · ${row.cells[2].textContent}`;
        else currentLine.textContent = sample.dataset.noMatch.replace("#", number);
    };

    const loadPreviews = async () => {
        isOutdated = isLoading;
        if (isLoading) return;
        isLoading = true;
        try {
            const body = new URLSearchParams(lists.map(({ area }) => [area.name, area.value]));
            const response = await fetch(form.dataset.previewUrl, { method: "POST", body, redirect: "error" });
            if (response.ok) {
                const page = new DOMParser().parseFromString(await response.text(), "text/html");
                for (const list of lists) {
                    const latest = page.getElementById(list.preview.id);
                    if (latest) list.preview.replaceChildren(...latest.childNodes);
                    markCurrentLine(list);
                }
            }
        } catch {
            // The site is away, or the session has ended: saving will say so.
        }
        isLoading = false;
        if (isOutdated) loadPreviews();
    };

    for (const list of lists) {
        list.area.addEventListener("input", () => {
            clearTimeout(timer);
            timer = setTimeout(loadPreviews, DEBOUNCE_MS);
        });
        for (const event of ["keyup", "click", "focus", "blur"]) list.area.addEventListener(event, () => markCurrentLine(list));
    }
})();
