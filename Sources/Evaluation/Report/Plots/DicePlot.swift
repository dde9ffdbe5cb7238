import Training

/// Mean Dice of each structure with its interval, of one model or of two.
struct DicePlot {
    struct Entry {
        let name: String
        /// From the older to the newer model, each with its style.
        let means: [(mean: EvaluationSummary.Mean, style: String)]
    }

    let entries: [Entry]

    var picture: Markup {
        let (left, right, step) = (210.0, 690.0, 30.0)
        let bottom = 12 + Double(entries.count) * step
        let axis = Axis(0...1, from: left, to: right)
        var shapes = Drawing.feet(axis, from: 8, to: bottom)
        for (index, entry) in entries.enumerated() {
            let y = 12 + (Double(index) + 0.5) * step
            shapes.append(Drawing.label(Self.short(entry.name), left - 12, y + 4, .end, style: "name"))
            let apart = entry.means.count > 1 ? 5.0 : 0
            for (position, entry) in entry.means.enumerated() {
                let place = y + (position == 0 ? -apart : apart)
                if let interval = entry.mean.interval {
                    shapes.append(
                        Drawing.line(
                            axis.place(interval.lower),
                            place,
                            axis.place(interval.upper),
                            place,
                            "whisker \(entry.style)"
                        )
                    )
                }
                shapes.append(Drawing.dot(axis.place(entry.mean.value), place, entry.style))
            }
        }
        shapes.append(Drawing.label("Dice", (left + right) / 2, bottom + 34, .middle, style: "title"))
        return Drawing.picture(
            width: 720,
            height: bottom + 42,
            says: "Mean Dice of \(entries.count) structures with intervals",
            shapes
        )
    }

    private static func short(_ name: String) -> String { name.count > 30 ? name.prefix(29) + "…" : name }
}
