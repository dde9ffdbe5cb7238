/**
 * Whether somebody is at work here. Time counts while the page is visible and the person did something lately; a case left
 * open over lunch does not look like an hour of work.
 */

/** Seconds without a sign of life after which time no longer counts. */
const ACTIVE_SECONDS = 30;
const SIGNS = ["pointerdown", "pointermove", "wheel", "keydown"];

let lastSign = performance.now();
for (const sign of SIGNS) addEventListener(sign, () => { lastSign = performance.now(); }, {passive: true, capture: true});

/** Seconds since the last sign of life. */
export function secondsIdle() {
    return (performance.now() - lastSign) / 1000;
}

/** Counts the seconds that a person spent. */
export class ActiveTime {
    constructor() {
        this.seconds = 0;
        this.last = performance.now();
        this.timer = setInterval(() => this.tick(), 500);
    }

    tick() {
        const now = performance.now();
        // A sleeping machine must not count as work either: no step is longer than two ticks.
        const step = Math.min(1, (now - this.last) / 1000);
        this.last = now;
        if (document.visibilityState === "visible" && secondsIdle() < ACTIVE_SECONDS) this.seconds += step;
    }

    stop() {
        clearInterval(this.timer);
    }
}
