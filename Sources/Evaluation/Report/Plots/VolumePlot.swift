/// Volumes against the truth after Bland and Altman (Lancet, 1986): the difference over the mean of both, with the mean
/// difference and the limits within which 95 % of differences are expected.
struct VolumePlot {
    /// mL of mask and truth, of every structure of every case.
    let volumes: [(mask: Double, truth: Double)]

    /// The mean difference and 1.96 standard deviations; `nil` for fewer than two volumes.
    var agreement: (bias: Double, limit: Double)? {
        guard volumes.count > 1 else { return nil }
        let differences = volumes.map { $0.mask - $0.truth }
        let mean = differences.reduce(0, +) / Double(differences.count)
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, 1.96 * (squares / Double(differences.count - 1)).squareRoot())
    }

    var picture: Markup {
        let (left, right, top, bottom) = (70.0, 690.0, 14.0, 270.0)
        let points = volumes.map { (x: ($0.mask + $0.truth) / 2, y: $0.mask - $0.truth) }
        let limits = agreement.map { [$0.bias, $0.bias - $0.limit, $0.bias + $0.limit] } ?? []
        let x = Axis(Axis.domain(of: points.map(\.x), including: [0]), from: left, to: right)
        let y = Axis(Axis.domain(of: points.map(\.y) + limits, including: [0]), from: bottom, to: top)
        var shapes = Drawing.feet(x, from: top, to: bottom) + Drawing.side(y, from: left, to: right)
        for (index, value) in limits.enumerated() {
            shapes.append(Drawing.line(left, y.place(value), right, y.place(value), index == 0 ? "mean" : "limit"))
        }
        shapes += points.map { Drawing.dot(x.place($0.x), y.place($0.y), radius: 3.5, "after") }
        shapes += [
            Drawing.label("mean of mask and truth, mL", (left + right) / 2, bottom + 36, .middle, style: "title"),
            Drawing.label("mask − truth, mL", left, top - 3, .start, style: "title"),
        ]
        return Drawing.picture(
            width: 720,
            height: bottom + 46,
            says: "Differences of \(volumes.count) volumes from the truth",
            shapes
        )
    }
}
