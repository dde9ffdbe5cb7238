/// One line over the steps of a run.
struct LearningPlot {
    let title: String
    /// In ascending order of steps.
    let points: [(step: Double, value: Double)]
    let style: String
    /// The step whose weights were kept.
    var chosen: Double?

    var picture: Markup {
        let (left, right, top, bottom) = (60.0, 690.0, 18.0, 190.0)
        let x = Axis(Axis.domain(of: points.map(\.step), including: [0]), from: left, to: right)
        let y = Axis(Axis.domain(of: points.map(\.value)), from: bottom, to: top)
        var shapes = Drawing.feet(x, from: top, to: bottom) + Drawing.side(y, from: left, to: right)
        if let chosen { shapes.append(Drawing.line(x.place(chosen), top, x.place(chosen), bottom, "limit")) }
        shapes.append(Drawing.path(points.map { (x.place($0.step), y.place($0.value)) }, "curve \(style)"))
        // Few points are shown one by one; a line of many would be hidden by them.
        if points.count <= 60 {
            shapes += points.map { Drawing.dot(x.place($0.step), y.place($0.value), radius: 2.5, style) }
        }
        shapes += [
            Drawing.label(title, left, top - 6, .start, style: "title"),
            Drawing.label("step", (left + right) / 2, bottom + 34, .middle, style: "title"),
        ]
        return Drawing.picture(width: 720, height: bottom + 42, says: "\(title) over the steps of the run", shapes)
    }
}
