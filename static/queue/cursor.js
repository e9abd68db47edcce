// The card that keys act on.

import { cards, emptyNotice } from "./page.js";

let current = null;

export const currentCard = () => current;

export const focusCard = (card, { focus = true } = {}) => {
    current?.classList.remove("current");
    current?.removeAttribute("aria-current");
    current = card;
    if (!card) {
        if (focus && !emptyNotice.hidden) emptyNotice.focus();
        return;
    }
    card.classList.add("current");
    card.setAttribute("aria-current", "true");
    if (focus) {
        card.tabIndex = -1;
        card.focus({ preventScroll: true });
        card.scrollIntoView({ block: "nearest" });
    }
};

// The next (step 1) or previous (step -1) card that is not decided yet.
export const neighbour = (card, step) => {
    let next = card;
    do next = step > 0 ? next?.nextElementSibling : next?.previousElementSibling;
    while (next?.classList.contains("decided"));
    return next;
};

export const moveCursor = (step) =>
    focusCard(current?.isConnected ? (neighbour(current, step) ?? current) : (cards()[0] ?? null));

// After cards were removed, the cursor must be on one that is still there.
export const ensureCurrentCard = () => {
    if (!current?.isConnected) focusCard(cards()[0] ?? null);
};
