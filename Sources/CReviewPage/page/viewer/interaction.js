/**
 * The pointer over a view. Right button: window. Middle button, or Shift and left: move. Wheel: slices, with Ctrl: zoom.
 * Left button: the tool, or the crosshair where there is none.
 */

const WINDOW_PER_PIXEL = 1 / 260;
const WHEEL_STEP = 60;

/**
 * @param {import("./view.js").View} view
 * @param {{windowKey: () => boolean, moveKey: () => boolean, enlarge: () => void}} options keys that are held down
 */
export function attachPointer(view, options) {
    const {marks, state} = view;
    /** @type {null|{move: (event: PointerEvent) => void, up?: (event: PointerEvent) => void}} */
    let drag = null;
    let wheel = 0;

    marks.addEventListener("contextmenu", (event) => event.preventDefault());
    marks.addEventListener("pointerdown", (event) => {
        view.element.focus({preventScroll: true});
        if (drag) return;
        drag = startDrag(view, event, options);
        if (!drag) return;
        marks.setPointerCapture(event.pointerId);
        event.preventDefault();
    });
    marks.addEventListener("pointermove", (event) => {
        const place = view.placeOf(event);
        view.showValue(place);
        if (drag) drag.move(event);
        else view.tool?.hover?.(place, event);
    });
    const end = (event) => {
        drag?.up?.(event);
        drag = null;
    };
    marks.addEventListener("pointerup", end);
    marks.addEventListener("pointercancel", end);
    marks.addEventListener("pointerleave", () => {
        view.showValue(null);
        if (!drag) view.tool?.leave?.();
    });
    marks.addEventListener("dblclick", (event) => {
        if (view.tool?.doubleClick) view.tool.doubleClick(view.placeOf(event), event);
        else if (!view.tool) options.enlarge();
    });
    marks.addEventListener("wheel", (event) => {
        event.preventDefault();
        if (event.ctrlKey || event.metaKey) {
            const place = view.placeOf(event);
            view.camera.zoomAt(Math.exp(-event.deltaY / 400), place.x, place.y);
            view.drawSoon();
            return;
        }
        wheel += event.deltaMode === 0 ? event.deltaY : event.deltaY * WHEEL_STEP;
        const steps = Math.trunc(wheel / WHEEL_STEP);
        wheel -= steps * WHEEL_STEP;
        if (steps) step(view, steps);
    }, {passive: false});
    state.on(["tool"], () => { marks.style.cursor = view.tool?.cursor ?? ""; });
}

/** Goes through the slices of a view; down is on, as the numbers are. */
function step(view, steps) {
    const {fixed} = view.plane;
    view.state.moveTo({[fixed]: view.state.cursor[fixed] + steps});
}

function startDrag(view, event, options) {
    if (event.button === 2 || (event.button === 0 && options.windowKey())) return windowDrag(view, event);
    if (event.button === 1 || (event.button === 0 && options.moveKey())) return panDrag(view, event);
    if (event.button !== 0) return null;
    if (view.tool) return toolDrag(view, event);
    if (event.shiftKey) return panDrag(view, event);
    return crosshairDrag(view, event);
}

function crosshairDrag(view, event) {
    const move = (at) => {
        const {voxel} = view.placeOf(at);
        view.state.moveTo(voxel);
    };
    move(event);
    return {move};
}

function panDrag(view, event) {
    let {clientX, clientY} = event;
    return {
        move(at) {
            view.camera.pan(at.clientX - clientX, at.clientY - clientY);
            ({clientX, clientY} = at);
            view.drawSoon();
        },
    };
}

/** To the right: wider; down: brighter is lower, as on workstations. */
function windowDrag(view, event) {
    const start = {...view.state.grey.window};
    const {valueMin, valueMax} = view.state.job.volume;
    const most = Math.max(1, valueMax - valueMin);
    const unit = Math.max(start.width, most / 50) * WINDOW_PER_PIXEL;
    return {
        move(at) {
            view.state.setWindow({
                width: Math.max(1, Math.min(2 * most, start.width + (at.clientX - event.clientX) * unit)),
                center: start.center + (at.clientY - event.clientY) * unit,
            });
        },
    };
}

function toolDrag(view, event) {
    const {tool} = view;
    tool.down?.(view.placeOf(event), event);
    return {
        move: (at) => {
            // A quick stroke is many places in one event; all of them count.
            const events = at.getCoalescedEvents?.() ?? [];
            for (const each of events.length ? events : [at]) tool.move?.(view.placeOf(each), each);
        },
        up: (at) => tool.up?.(view.placeOf(at), at),
    };
}
