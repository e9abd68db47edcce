// Server-sent events: what colleagues decide, and what arrives.

import { loadMore, markDecided, refreshCards } from "./loading.js";
import { showProgress, updateCounts } from "./messages.js";
import { cardById, cards, format, idOf, strings, updateEmptyNotice } from "./page.js";
import { isDecidedHere, ownActions, pendingUndos } from "./undo_stack.js";

const notice = document.getElementById("new-comments");
const arrivedIds = new Set();
let source = null;
let wasOpen = false;

const showArrived = () => {
    notice.hidden = arrivedIds.size === 0;
    notice.querySelector("a").textContent = strings.unread.replace("#", arrivedIds.size);
};

const onDecided = (event) => {
    const { by, name, action, changed } = JSON.parse(event.data);
    const outdated = [];
    for (const [status, ids] of Object.entries(changed)) {
        for (const id of ids) {
            if (status !== strings.part) arrivedIds.delete(id);
            // The response to one's own decision already said so.
            if (ownActions.has(action) || (String(by) === strings.me && isDecidedHere(id)) || pendingUndos.has(id)) continue;
            const card = cardById(id);
            if (status === strings.part && !card) arrivedIds.add(id);
            else if (status === strings.part) outdated.push(id);
            else if (card) markDecided(card, format(strings.elsewhere, name ?? "—", strings[status]));
        }
    }
    showArrived();
    updateEmptyNotice();
    loadMore();
    if (outdated.length) refreshCards(outdated).catch(() => {});
};

const onRemoved = (event) => {
    const { ids } = JSON.parse(event.data);
    for (const id of ids) arrivedIds.delete(id);
    showArrived();
    refreshCards(ids.filter(cardById)).catch(() => {});
};

const onArrived = (event) => {
    if (strings.part !== "held") return;
    for (const id of JSON.parse(event.data).ids) if (!cardById(id) && !isDecidedHere(id)) arrivedIds.add(id);
    showArrived();
};

const connect = () => {
    source?.close();
    source = new EventSource("/admin/comments/live");
    const refreshAll = () => refreshCards(cards().map(idOf)).catch(() => {});
    source.addEventListener("open", () => {
        // Events between two connections are lost.
        if (wasOpen) refreshAll();
        wasOpen = true;
    });
    source.addEventListener("reset", refreshAll);
    source.addEventListener("decided", onDecided);
    source.addEventListener("removed", onRemoved);
    source.addEventListener("arrived", onArrived);
    source.addEventListener("counts", (event) => updateCounts(JSON.parse(event.data)));
    source.addEventListener("bulk", (event) => {
        const { action, ...progress } = JSON.parse(event.data);
        showProgress(action, progress);
    });
};

// A hidden tab keeps no connection: browsers open six per site.
document.addEventListener("visibilitychange", () => {
    if (document.hidden) source?.close();
    else connect();
});
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => event.persisted && connect());
if (!document.hidden) connect();
