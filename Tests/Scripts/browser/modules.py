"""What the page's modules must hold by themselves: codes, sets of pixels, interpolation, bounds of memory."""

CHECKS = {
    "runs survive coding": """
        const {decodeRuns, encodeRuns} = await import("/masks/runs.js");
        const {spansOfBitmap, same} = await import("/masks/spans.js");
        let seed = 7;
        const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
        for (let round = 0; round < 60; round += 1) {
            const size = 1 + Math.floor(random() * 400), slices = new Map(), fill = random();
            for (let slice = 0; slice < 5; slice += 1) {
                const spans = spansOfBitmap(Uint8Array.from({length: size}, () => random() < fill ? 1 : 0));
                if (spans.length) slices.set(slice, spans);
            }
            const back = decodeRuns(encodeRuns(slices, size), size);
            if (back.size !== slices.size) return "slices were lost";
            for (const [slice, spans] of slices) if (!same(spans, back.get(slice))) return `slice ${slice} differs`;
        }
        return encodeRuns(new Map([[0, Uint32Array.from([0, 3])], [1, Uint32Array.from([0, 2])]]), 3) === btoa("\\0\\x05")
            ? "" : "a run over two slices is not one run";""",
    "sets of pixels are sets": """
        const S = await import("/masks/spans.js");
        let seed = 3;
        const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
        for (let round = 0; round < 80; round += 1) {
            const make = () => Uint8Array.from({length: 97}, () => random() < 0.4 ? 1 : 0);
            const [a, b] = [make(), make()], [x, y] = [S.spansOfBitmap(a), S.spansOfBitmap(b)];
            for (const [work, rule] of [[S.union, (p, q) => p | q], [S.subtract, (p, q) => p & (1 - q)], [S.intersect, (p, q) => p & q]]) {
                const expected = S.spansOfBitmap(a.map((value, n) => rule(value, b[n])));
                if (!S.same(work(x, y), expected)) return work.name;
            }
            if (S.area(x) !== a.reduce((sum, value) => sum + value, 0)) return "area";
            for (let n = 0; n < 97; n += 1) if (S.contains(x, n) !== Boolean(a[n])) return "contains";
        }
        return "";""",
    "interpolation between two discs is a disc": """
        const {interpolated} = await import("/correct/interpolate.js");
        const {spansOfBitmap, area, boundingBox} = await import("/masks/spans.js");
        const geometry = {rows: 80, columns: 90, rowMM: 1.5, columnMM: 0.75};
        const disc = (x, y, r) => spansOfBitmap(Uint8Array.from({length: 7200}, (_, n) =>
            Math.hypot((n % 90 - x) * 0.75, (Math.floor(n / 90) - y) * 1.5) <= r ? 1 : 0));
        const [middle] = interpolated(disc(25, 25, 9), disc(60, 50, 15), [0.5], geometry);
        const expected = disc(42.5, 37.5, 12);
        const box = boundingBox(middle, 90), wanted = boundingBox(expected, 90);
        if (box.some((value, n) => Math.abs(value - wanted[n]) > 1)) return `${box} instead of ${wanted}`;
        return Math.abs(area(middle) / area(expected) - 1) < 0.06 ? "" : `${area(middle)} pixels instead of ${area(expected)}`;""",
    "a polygon holds the pixels whose centres it holds": """
        const {polygonSpans} = await import("/correct/polygon.js");
        const {area, boundingBox} = await import("/masks/spans.js");
        const square = polygonSpans([[2.5, 3.5], [7.5, 3.5], [7.5, 6.5], [2.5, 6.5]], 20, 20);
        return area(square) === 15 && String(boundingBox(square, 20)) === "3,4,7,6" ? "" : String(boundingBox(square, 20));""",
    "undo keeps a hundred steps and no more memory than it may": """
        const {History} = await import("/correct/history.js");
        const history = new History(), empty = new Uint32Array(0);
        for (let n = 0; n < 150; n += 1) history.add("x", [{key: "a", slice: n, before: empty, after: new Uint32Array(4)}]);
        if (history.done.length !== 100) return `${history.done.length} steps`;
        for (let n = 0; n < 30; n += 1) history.add("x", [{key: "a", slice: n, before: empty, after: new Uint32Array(2e6)}]);
        return history.done.length <= 8 ? "" : `${history.done.length} large steps`;""",
    "the letters of directions are those of Patient Orientation": """
        const {letters} = await import("/viewer/geometry.js");
        const wanted = [[[1, 0, 0], "L"], [[0, -1, 0], "A"], [[0, 0, 1], "H"], [[0.8, 0.6, 0], "LP"], [[0.99, 0.1, 0], "L"],
            [[-0.3, 0.2, -0.93], "FRP"]];
        for (const [direction, text] of wanted) if (letters(direction) !== text) return `${letters(direction)}, not ${text}`;
        return "";""",
}

# A store that may keep few slices: it must end with the nearest ones, and serve reformats from a coarse copy of the others.
BOUNDED = """async (job) => {
    const {SliceStore} = await import("/viewer/slices.js");
    const {volume} = await (await fetch(`/api/jobs/${job}`)).json();
    const bytes = volume.rows * volume.columns * 2;
    const store = new SliceStore(job, volume, () => {}, {fullBytes: 16 * bytes});
    store.focus(volume.slices - 1);
    const line = new Int16Array(volume.columns);
    const whole = () => Array.from({length: volume.slices}, (_, k) => store.line(k, "j", 3, line)).every(Boolean);
    const deadline = performance.now() + 20000;
    while (!(whole() && store.running === 0) && performance.now() < deadline) await new Promise((done) => setTimeout(done, 20));
    const kept = [...store.full.keys()].sort((a, b) => a - b);
    store.stop();
    return {kept, slices: volume.slices, whole: performance.now() < deadline};
}"""


def check_modules(window, job):
    for name, body in CHECKS.items():
        found = window.page.evaluate(f"async () => {{ {body} }}")
        assert found == "", f"{name}: {found}"
    bounded = window.page.evaluate(BOUNDED, job)
    assert bounded["whole"], "the coarse copy was never complete"
    assert len(bounded["kept"]) <= 16, bounded
    assert bounded["kept"][-1] == bounded["slices"] - 1 and bounded["slices"] > 16, bounded
