// The decisions made on this page that can still be undone here; the audit log can undo any.

const MAX_UNDO = 100;
const stack = [];

// Comments whose undo the site has not confirmed yet, with the promise of it.
export const pendingUndos = new Map();
// Actions made on this page, which need no second announcement.
export const ownActions = new Set();

export const lastDecision = () => stack.at(-1);

export const pushDecision = (decision) => {
    stack.push(decision);
    if (stack.length > MAX_UNDO) for (const { placeholder } of stack.shift().removed) placeholder.remove();
};

// Takes a decision off the stack; returns its index, or -1 if it was not there.
export const removeDecision = (decision) => {
    const index = stack.indexOf(decision);
    if (index >= 0) stack.splice(index, 1);
    return index;
};

export const restoreDecision = (decision, index) => stack.splice(index, 0, decision);

// Whether a comment was decided here: its card must not come back from the server meanwhile.
export const isDecidedHere = (id) =>
    pendingUndos.has(id) || stack.some((decision) => !decision.hasFailed && decision.ids.has(id));
