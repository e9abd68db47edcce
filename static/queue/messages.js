// Messages above the cards, for screen readers too; the tabs' counts; the progress of bulk actions.

import { form, format, strings } from "./page.js";

const messages = document.getElementById("messages");
const liveRegion = document.getElementById("live-region");
const finishedActions = new Set();
let countsTime = 0;

export const announce = (text) => {
    liveRegion.textContent = text;
};

export const clearMessages = () => messages.replaceChildren();

// Shows one message, with an Undo button if `onUndo` is given.
export const showMessage = (text, onUndo) => {
    const line = document.createElement("div");
    line.className = onUndo ? "success" : "conflicts";
    const paragraph = document.createElement("p");
    paragraph.textContent = text;
    line.append(paragraph);
    if (onUndo) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "secondary";
        button.textContent = strings.undo;
        button.addEventListener("click", onUndo);
        line.append(button);
    }
    messages.replaceChildren(line);
    announce(text);
};

export const updateCounts = (counts) => {
    // Responses may overtake each other.
    if (!counts || counts.as_of < countsTime) return;
    countsTime = counts.as_of;
    for (const [status, count] of Object.entries(counts)) {
        for (const place of document.querySelectorAll(`[data-count="${status}"]`)) place.textContent = count;
    }
    document.querySelector(".badge").hidden = counts.held === 0;
};

export const showProgress = (action, { decided = 0, expected = 0, done }) => {
    let place = document.querySelector(`.bulk-progress[data-action="${action}"]`);
    if (done || finishedActions.has(action)) {
        finishedActions.add(action);
        place?.remove();
        return;
    }
    if (!place) {
        place = document.createElement("div");
        place.className = "bulk-progress";
        place.dataset.action = action;
        place.append(document.createElement("p"), document.createElement("progress"));
        form.before(place);
    }
    place.querySelector("p").textContent = format(strings.progress, decided, Math.max(expected, decided));
    place.querySelector("progress").max = Math.max(expected, decided, 1);
    place.querySelector("progress").value = decided;
};
