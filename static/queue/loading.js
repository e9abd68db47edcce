// Loading cards after those on the page, and refreshing cards that changed elsewhere.

import { currentCard, focusCard } from "./cursor.js";
import { announce } from "./messages.js";
import { cardById, cards, format, idOf, list, strings, updateEmptyNotice } from "./page.js";
import { fetchCards } from "./requests.js";
import { isDecidedHere } from "./undo_stack.js";

const PREFETCH = 60; // Cards to have loaded.
const MAX_EMPTY_PAGES = 3; // After so many pages without a card, the moderator has to ask for more.
const REFRESH_BATCH = 100; // Comments per request.

let isLoading = false;
let emptyPages = 0;

export const loadMore = async () => {
    const after = list.dataset.next;
    if (!after || isLoading || cards().length >= PREFETCH || emptyPages >= MAX_EMPTY_PAGES) return;
    isLoading = true;
    try {
        const page = await fetchCards(`after=${after}`);
        if (page.dataset.next) list.dataset.next = page.dataset.next;
        else delete list.dataset.next;
        const added = [...page.children].filter((card) => !cardById(card.dataset.id) && !isDecidedHere(idOf(card)));
        list.append(...added);
        emptyPages = added.length ? 0 : emptyPages + 1;
        const older = document.getElementById("older");
        if (list.dataset.next && older) older.querySelector("a").search = `?${strings.filter}&after=${list.dataset.next}`;
        else older?.remove();
        updateEmptyNotice();
        if (!currentCard()) focusCard(cards()[0] ?? null, { focus: false });
        isLoading = false;
        loadMore();
    } catch {
        // The link to older comments still works.
        isLoading = false;
    }
};

// Shows on a card that somebody else decided it.
export const markDecided = (card, text) => {
    if (card.classList.contains("decided")) return;
    card.classList.add("decided");
    for (const control of card.querySelectorAll("button, input, label, .card-link")) control.remove();
    const line = document.createElement("p");
    line.className = "card-decided";
    line.textContent = text;
    card.querySelector(".card-actions").replaceChildren(line);
    if (card === currentCard()) announce(text);
};

// Replaces cards by their current version, or marks them as decided elsewhere.
export const refreshCards = async (ids) => {
    for (let start = 0; start < ids.length; start += REFRESH_BATCH) {
        const batch = ids.slice(start, start + REFRESH_BATCH);
        const page = await fetchCards(`ids=${batch.join(",")}`);
        const found = new Map([...page.children].map((card) => [idOf(card), card]));
        for (const id of batch) {
            const [card, latest] = [cardById(id), found.get(id)];
            if (!card || isDecidedHere(id)) continue;
            if (!latest) markDecided(card, strings.meanwhileGone);
            else if (latest.dataset.status !== strings.part)
                markDecided(card, format(strings.meanwhile, strings[latest.dataset.status]));
            else if (card.classList.contains("decided") || card.dataset.version !== latest.dataset.version) {
                card.replaceWith(latest);
                if (card === currentCard()) focusCard(latest, { focus: false });
            }
        }
    }
    updateEmptyNotice();
    loadMore();
};
