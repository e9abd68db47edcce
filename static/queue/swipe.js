// Touch: a swipe to the right approves, one to the left is spam. The buttons do the same.

import { pressButton } from "./decisions.js";
import { list } from "./page.js";

const MIN_DISTANCE_PX = 140;

let swipe = null;

list.addEventListener(
    "touchstart",
    (event) => {
        const card = event.target.closest(".card");
        if (
            !card ||
            card.classList.contains("decided") ||
            event.touches.length > 1 ||
            event.target.closest("button, a, input, .long")
        )
            return;
        swipe = { card, x: event.touches[0].clientX, y: event.touches[0].clientY, distance: 0 };
    },
    { passive: true },
);

list.addEventListener(
    "touchmove",
    (event) => {
        if (!swipe) return;
        const [x, y] = [event.touches[0].clientX - swipe.x, event.touches[0].clientY - swipe.y];
        // More down than sideways: the page is scrolled.
        if (!swipe.distance && Math.abs(y) > Math.abs(x)) {
            swipe = null;
            return;
        }
        swipe.distance = x;
        swipe.card.classList.add("swiped");
        swipe.card.classList.toggle("to-approve", x > 0);
        swipe.card.style.setProperty("--swipe", `${x}px`);
    },
    { passive: true },
);

const onTouchEnd = (event) => {
    if (!swipe) return;
    const { card, distance } = swipe;
    swipe = null;
    card.classList.remove("swiped");
    card.style.removeProperty("--swipe");
    if (event.type === "touchcancel" || Math.abs(distance) < Math.min(MIN_DISTANCE_PX, innerWidth / 3)) return;
    pressButton(card, distance > 0 ? "approved" : "spam");
};
list.addEventListener("touchend", onTouchEnd);
list.addEventListener("touchcancel", onTouchEnd);
