/** Finished jobs of each hour, as bars. */
import {svg} from "../core/dom.js";
import {number, time} from "../core/format.js";
import {t} from "../core/i18n.js";
import {plot, text} from "../learn/plot.js";

const WIDTH = 420;
const HEIGHT = 90;
const BASE = 74;

/** @param {{hour: string, jobs: number}[]} hours ascending */
export function throughput(hours) {
    const most = Math.max(1, ...hours.map((entry) => entry.jobs));
    const step = WIDTH / hours.length;
    const total = hours.reduce((sum, entry) => sum + entry.jobs, 0);
    return plot(WIDTH, HEIGHT, t("system.throughputLabel", {n: number(total), hours: hours.length}),
        hours.map((entry, index) => {
            const height = (BASE - 14) * entry.jobs / most;
            return svg("rect", {x: index * step + 0.5, y: BASE - height, width: Math.max(1, step - 1.5), height, class: "bar-fill"},
                svg("title", null, `${time(entry.hour)}: ${number(entry.jobs)}`));
        }),
        text(0, 10, t("system.most", {n: number(most)})),
        text(0, HEIGHT - 2, t("age.hours", {n: hours.length})), text(WIDTH, HEIGHT - 2, t("system.now"), "end"));
}
