// Requests to the site, and the queue of decisions that are still to be sent.

import { strings } from "./page.js";

const REQUEST_TIMEOUT_MS = 20_000;
const MAX_ATTEMPTS = 2;
const MAX_IN_FLIGHT = 4;

export class SignedOutError extends Error {}

const postOptions = (fields) => ({
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { accept: "application/json" },
    // A redirect leads to the sign-in form; following it would hide that.
    redirect: "manual",
    keepalive: true,
});

export const postForm = async (url, fields, attempts = MAX_ATTEMPTS) => {
    try {
        const response = await fetch(url, { ...postOptions(fields), signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
        if (response.type === "opaqueredirect") throw new SignedOutError();
        if (!response.ok) throw new Error(String(response.status));
        return await response.json();
    } catch (error) {
        // Safe to repeat: a decision that arrives twice has one effect.
        if (attempts > 1 && (error instanceof TypeError || error.name === "TimeoutError"))
            return postForm(url, fields, attempts - 1);
        throw error;
    }
};

// A fragment with cards, as the page itself has them.
export const fetchCards = async (query) => {
    const response = await fetch(`/admin/comments/cards?${strings.filter}&${query}`, {
        redirect: "error",
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(String(response.status));
    const fragment = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".cards");
    for (const card of fragment.children) card.dataset.asOf = fragment.dataset.asOf;
    return fragment;
};

const sendQueue = [];
let inFlight = 0;

const sendNext = () => {
    while (inFlight < MAX_IN_FLIGHT && sendQueue.length) {
        inFlight += 1;
        const decision = sendQueue.shift();
        postForm("/admin/comments", decision.fields)
            .then(
                (result) => decision.onResult(result),
                (error) => decision.onError(error),
            )
            .finally(() => {
                inFlight -= 1;
                sendNext();
            });
    }
};

export const enqueue = (decision) => {
    sendQueue.push(decision);
    sendNext();
};

// Removes a decision that was not sent yet; false if it is too late.
export const dequeue = (decision) => {
    const index = sendQueue.indexOf(decision);
    if (index >= 0) sendQueue.splice(index, 1);
    return index >= 0;
};

// On leaving the page, everything that is still queued is sent at once; keepalive lets it finish.
addEventListener("pagehide", () => {
    for (const { fields } of sendQueue.splice(0)) fetch("/admin/comments", postOptions(fields)).catch(() => {});
});
addEventListener("beforeunload", (event) => {
    if (sendQueue.length) event.preventDefault();
});
