// The moderation queue without page loads. Without this script the same forms do the same.

import { focusCard } from "./cursor.js";
import { decideCard, decideTicked } from "./decisions.js";
import { loadMore } from "./loading.js";
import { cards, form } from "./page.js";
import "./events.js";
import "./keyboard.js";
import "./swipe.js";

form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.name === "one" || button?.name === "group") {
        event.preventDefault();
        decideCard(button.closest(".card"), button);
    } else if (button?.name === "all") {
        event.preventDefault();
        decideTicked(button.value);
    }
});

focusCard(cards()[0] ?? null, { focus: false });
loadMore();
