// The queue's elements, its translated texts, and small helpers for cards.

export const form = document.getElementById("queue");
export const list = form.querySelector(".cards");
export const strings = form.dataset;
export const emptyNotice = document.getElementById("empty");

export const cards = () => [...list.querySelectorAll(".card:not(.decided)")];
export const cardById = (id) => document.getElementById(`card-${id}`);
export const idOf = (card) => Number(card.dataset.id);
export const checkboxOf = (card) => card.querySelector('input[name="selected"]');

// Replaces #1, #2, … in a translated text.
export const format = (text, ...values) =>
    values.reduce((result, value, index) => result.replace(`#${index + 1}`, () => value), text);

export const updateEmptyNotice = () => {
    emptyNotice.hidden = cards().length > 0 || Boolean(list.dataset.next);
};
