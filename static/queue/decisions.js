// Decisions and their undo. A card is removed at once; the site's answer confirms that, or brings the card back with a message.

import { currentCard, ensureCurrentCard, focusCard, neighbour } from "./cursor.js";
import { loadMore, refreshCards } from "./loading.js";
import { announce, clearMessages, showMessage, showProgress, updateCounts } from "./messages.js";
import { cardById, cards, checkboxOf, form, format, idOf, list, strings, updateEmptyNotice } from "./page.js";
import { dequeue, enqueue, postForm, SignedOutError } from "./requests.js";
import { lastDecision, ownActions, pendingUndos, pushDecision, removeDecision, restoreDecision } from "./undo_stack.js";

const removeCard = (card) => {
    const placeholder = document.createComment("");
    card.before(placeholder);
    const next = neighbour(card, 1) ?? neighbour(card, -1);
    card.remove();
    return { card, placeholder, next };
};

const restoreCard = ({ card, placeholder }) => {
    card.classList.remove("swiped");
    card.style.removeProperty("--swipe");
    if (cardById(card.dataset.id)) return;
    if (placeholder.isConnected) placeholder.replaceWith(card);
    else list.prepend(card);
};

// In reverse, so that each finds the place it was removed from.
const restoreCards = (removed) => [...removed].reverse().forEach(restoreCard);

const decide = (removed, fields) => {
    const decision = { fields, removed, ids: new Set(removed.map(({ card }) => idOf(card))) };
    decision.settled = new Promise((resolve) => {
        decision.settle = resolve;
    });
    decision.onResult = (result) => {
        decision.action = result.action;
        if (result.action) ownActions.add(result.action);
        updateCounts(result.counts);
        for (const conflict of result.conflicts) showMessage(conflict.message);
        if (result.bulk && !result.bulk.done) showProgress(result.action, result.bulk);
        if (!result.action) removeDecision(decision);
        if (!result.action && !result.conflicts.length) showMessage(result.message);
        if (result.action && lastDecision() === decision) showMessage(result.message, () => undo(decision));
        decision.settle();
    };
    decision.onError = (error) => {
        decision.hasFailed = true;
        removeDecision(decision);
        if (!decision.isUndone) {
            restoreCards(removed);
            updateEmptyNotice();
            ensureCurrentCard();
        }
        showMessage(error instanceof SignedOutError ? strings.signedOut : strings.failed);
        decision.settle();
    };
    clearMessages();
    pushDecision(decision);
    // A decision on a comment must not overtake the undo of the previous one.
    const earlierUndos = removed.map(({ card }) => pendingUndos.get(idOf(card))).filter(Boolean);
    if (earlierUndos.length) {
        Promise.all(earlierUndos).then(() => {
            if (decision.isUndone) decision.settle();
            else enqueue(decision);
        });
    } else enqueue(decision);
    updateEmptyNotice();
    loadMore();
};

export const decideCard = (card, button) => {
    // Decided by somebody else meanwhile: the key moves on.
    if (card?.classList.contains("decided")) return focusCard(neighbour(card, 1) ?? card);
    if (!card || !button) return;
    const removed = removeCard(card);
    updateEmptyNotice();
    if (card === currentCard() || !currentCard()?.isConnected) focusCard(removed.next);
    announce(button.getAttribute("aria-label"));
    const asOf = card.dataset.asOf ?? list.dataset.asOf;
    decide(
        [removed],
        [
            [button.name, button.value],
            ["as_of", asOf],
        ],
    );
};

export const pressButton = (card, status) => decideCard(card, card?.querySelector(`button[data-to="${status}"]`));

// Decides all ticked cards; false if there are none.
export const decideTicked = (status) => {
    const ticked = cards().filter((card) => checkboxOf(card)?.checked);
    if (!ticked.length) return false;
    const note = form.elements.note;
    const fields = [["all", status], ["note", note?.value ?? ""], ...ticked.map((card) => ["selected", checkboxOf(card).value])];
    const removed = ticked.map(removeCard);
    for (const { card } of removed) checkboxOf(card).checked = false;
    document.getElementById("select-all").checked = false;
    if (note) note.value = "";
    updateEmptyNotice();
    ensureCurrentCard();
    decide(removed, fields);
    return true;
};

// Undoes a decision, the last one by default. The card is back at once; the site is asked after it has answered the decision.
export const undo = async (decision = lastDecision()) => {
    if (!decision) return;
    const index = removeDecision(decision);
    if (index < 0) return;
    decision.isUndone = true;
    const { removed } = decision;
    restoreCards(removed);
    clearMessages();
    updateEmptyNotice();
    focusCard(removed[0].card);
    announce(format(strings.restored, removed[0].card.dataset.name));
    if (dequeue(decision)) return;
    const confirmed = sendUndo(decision, index);
    for (const id of decision.ids) pendingUndos.set(id, confirmed);
    await confirmed;
    for (const id of decision.ids) if (pendingUndos.get(id) === confirmed) pendingUndos.delete(id);
    updateEmptyNotice();
    ensureCurrentCard();
};

const sendUndo = async (decision, index) => {
    await decision.settled;
    if (!decision.action) return;
    try {
        const result = await postForm("/admin/comments/undo", [["action", decision.action]]);
        updateCounts(result.counts);
        if (result.action) ownActions.add(result.action);
        else {
            showMessage(result.message);
            await refreshCards([...decision.ids]);
        }
        if (result.bulk && !result.bulk.done) showProgress(result.action, result.bulk);
    } catch (error) {
        for (const entry of decision.removed) {
            if (!entry.card.isConnected) continue;
            entry.placeholder = document.createComment("");
            entry.card.replaceWith(entry.placeholder);
        }
        decision.isUndone = false;
        restoreDecision(decision, index);
        showMessage(error instanceof SignedOutError ? strings.signedOut : strings.undoFailed);
    }
};
