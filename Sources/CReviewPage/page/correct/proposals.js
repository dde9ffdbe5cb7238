/**
 * What the model proposes, before a person takes it: the mask of a prompt, or masks of neighbouring slices.
 */
import {post} from "../core/api.js";
import {t} from "../core/i18n.js";
import {decodeRuns, encodeRuns} from "../masks/runs.js";
import {EMPTY, subtract, union} from "../masks/spans.js";
import {say, sayError} from "../shell/status.js";

/** The most neighbours asked for at once, per direction. */
export const MOST_NEIGHBOURS = 40;

/** The proposal that is shown. */
export class Proposals {
    /** @param {import("./editor.js").Editor} editor */
    constructor(editor) {
        this.editor = editor;
        this.state = editor.state;
        this.stopped = new AbortController();
        this.asked = 0;
        this.waiting = false;
    }

    get path() {
        return `/api/jobs/${this.state.job.job}`;
    }

    spansOf(runs) {
        return decodeRuns(runs, this.state.sliceSize).get(0) ?? EMPTY;
    }

    runsOf(spans) {
        return encodeRuns(new Map([[0, spans]]), this.state.sliceSize);
    }

    /**
     * Asks for the mask of a prompt. A newer question makes an older answer void.
     * @param {{slice: number, box?: number[], points?: number[][], mask?: Uint32Array}} prompt
     */
    async ask(prompt) {
        const key = this.editor.target();
        if (!key) return;
        const body = {...prompt, mask: prompt.mask ? this.runsOf(prompt.mask) : undefined};
        const answer = await this.request("prompt", body);
        if (!answer) return;
        this.show({
            key, kind: "prompt", slices: new Map([[prompt.slice, this.spansOf(answer.runs)]]),
            predictedIoU: answer.predictedIoU, ms: answer.encodeMS + answer.decodeMS,
        });
    }

    /**
     * Asks for the neighbours of the slice in sight, from its mask or from what is proposed for it.
     * @param {(1|-1)[]} directions
     * @param {number} count
     */
    async propagate(directions, count) {
        const key = this.editor.target();
        const slice = this.state.cursor.k;
        const own = this.state.proposal?.slices.get(slice);
        const spans = own ?? this.editor.current();
        if (!key) return;
        if (!spans.length) {
            say(t("propagate.nothing"));
            return;
        }
        const slices = new Map(own ? [[slice, own]] : []);
        let least = 1;
        for (const direction of directions) {
            const answer = await this.request("propagate", {slice, runs: this.runsOf(spans), direction, count});
            if (!answer) return;
            for (const entry of answer.slices) {
                slices.set(entry.slice, this.spansOf(entry.runs));
                least = Math.min(least, entry.predictedIoU);
            }
        }
        if (slices.size === (own ? 1 : 0)) say(t("propagate.end"));
        else this.show({key, kind: "propagate", slices, predictedIoU: least, ms: null});
    }

    async request(name, body) {
        this.asked += 1;
        const mine = this.asked;
        this.setWaiting(true);
        try {
            const answer = await post(`${this.path}/${name}`, body, {signal: this.stopped.signal});
            return mine === this.asked ? answer : null;
        } catch (error) {
            sayError(error);
            return null;
        } finally {
            if (mine === this.asked) this.setWaiting(false);
        }
    }

    setWaiting(value) {
        this.waiting = value;
        this.state.emit("tool");
    }

    show(proposal) {
        this.state.proposal = proposal;
        this.state.emit("preview");
        this.state.emit("tool");
    }

    /**
     * Takes what is proposed.
     * @param {"replace"|"add"|"subtract"} how
     */
    take(how) {
        const {proposal, masks} = this.state;
        if (!proposal) return false;
        const edits = [...proposal.slices].map(([slice, spans]) => {
            const before = masks.spans(proposal.key, slice);
            const next = {replace: () => spans, add: () => union(before, spans), subtract: () => subtract(before, spans)}[how]();
            return {key: proposal.key, slice, spans: next};
        });
        this.discard();
        this.editor.apply(`tool.${proposal.kind}`, edits, proposal.kind);
        return true;
    }

    /** Drops what is proposed, and any answer that is still on its way. */
    discard() {
        this.asked += 1;
        const any = Boolean(this.state.proposal) || this.waiting;
        this.state.proposal = null;
        this.waiting = false;
        for (const tool of [this.editor.tools?.box, this.editor.tools?.points]) tool?.clear();
        if (any) {
            this.state.emit("preview");
            this.state.emit("tool");
        }
        return any;
    }

    stop() {
        this.stopped.abort();
    }
}
