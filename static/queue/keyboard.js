// Keyboard shortcuts, and the dialog that lists them.

import { currentCard, focusCard, moveCursor } from "./cursor.js";
import { decideTicked, pressButton, undo } from "./decisions.js";
import { checkboxOf, list } from "./page.js";

const dialog = document.getElementById("keys");
const enabledBox = document.getElementById("keys-on");

const followLink = (key) => {
    const link = currentCard()?.querySelector(`a[data-key="${key}"]`);
    if (link) location.assign(link.href);
};
const toggleCheckbox = () => {
    const checkbox = currentCard() && checkboxOf(currentCard());
    if (checkbox) checkbox.checked = !checkbox.checked;
};

const STATUS_KEYS = { a: "approved", f: "approved", s: "spam", d: "trashed", u: "held" };
const COMMANDS = {
    j: () => moveCursor(1),
    k: () => moveCursor(-1),
    z: () => undo(),
    r: () => followLink("r"),
    e: () => followLink("e"),
    p: () => followLink("p"),
    x: toggleCheckbox,
};

// The Latin letter of a key; on a keyboard for another script, the one printed beside it.
const letterOf = (event) => {
    const letter = event.key.length === 1 ? event.key.toLowerCase() : "";
    if (/^[a-z]$/.test(letter)) return letter;
    return /\p{L}|\p{M}|^['’.,;[\]]$/u.test(letter) ? (/^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase() ?? "") : "";
};

const isEnabled = () => localStorage.getItem("queue-keys") !== "off";
enabledBox.checked = isEnabled();
enabledBox.addEventListener("change", () => localStorage.setItem("queue-keys", enabledBox.checked ? "on" : "off"));

const toggleDialog = () => {
    if (dialog.open) dialog.close();
    else dialog.showModal();
};
document.getElementById("show-keys")?.addEventListener("click", () => dialog.showModal());

document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const field = event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable], .reply-body.long");
    if (field) {
        if (event.key === "Escape") field.blur();
        return;
    }
    if (event.key === "?") {
        event.preventDefault();
        toggleDialog();
        return;
    }
    if (dialog.open || !isEnabled()) return;
    const step = list.contains(document.activeElement) && { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
        event.preventDefault();
        moveCursor(step);
        return;
    }
    const letter = letterOf(event);
    // A key that is held down moves through the list, but decides once.
    if (!letter || (event.repeat && !"jk".includes(letter))) return;
    const status = STATUS_KEYS[letter];
    if (event.shiftKey) {
        if (status && decideTicked(status)) event.preventDefault();
        return;
    }
    if (!status && !COMMANDS[letter]) return;
    event.preventDefault();
    if (status) pressButton(currentCard(), status);
    else COMMANDS[letter]();
});

list.addEventListener("focusin", (event) => {
    const card = event.target.closest(".card");
    if (card && card !== currentCard()) focusCard(card, { focus: false });
});
