/// Shapes of inline SVG, with numbers of two digits.
enum Drawing {
    /// A picture with a sentence for those who cannot see it.
    static func picture(width: Double, height: Double, says sentence: String, _ shapes: [Markup]) -> Markup {
        .element(
            "svg",
            [
                "viewBox": "0 0 \(number(width)) \(number(height))", "role": "img", "aria-label": sentence,
                "style": "max-width:\(number(width))px",
            ],
            shapes
        )
    }

    static func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ style: String) -> Markup {
        .element(
            "line",
            ["x1": number(x0), "y1": number(y0), "x2": number(x1), "y2": number(y1), "class": style]
        )
    }

    static func dot(_ x: Double, _ y: Double, radius: Double = 4.5, _ style: String) -> Markup {
        .element("circle", ["cx": number(x), "cy": number(y), "r": number(radius), "class": style])
    }

    /// Where a text starts, is centred or ends.
    enum Anchor: String {
        case start, middle, end
    }

    static func label(
        _ text: String,
        _ x: Double,
        _ y: Double,
        _ anchor: Anchor = .start,
        style: String = "tick"
    ) -> Markup {
        .element(
            "text",
            ["x": number(x), "y": number(y), "text-anchor": anchor.rawValue, "class": style],
            text: text
        )
    }

    static func path(_ points: [(x: Double, y: Double)], _ style: String) -> Markup {
        let list = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
        return .element("polyline", ["points": list, "class": style])
    }

    /// The horizontal axis at the foot of a picture, with thin lines upwards.
    static func feet(_ axis: Axis, from top: Double, to bottom: Double) -> [Markup] {
        axis.ticks.flatMap { tick in
            let x = axis.place(tick.value)
            return [line(x, top, x, bottom, "grid"), label(tick.text, x, bottom + 16, .middle)]
        }
    }

    /// The vertical axis at the left of a picture, with thin lines to the right.
    static func side(_ axis: Axis, from left: Double, to right: Double) -> [Markup] {
        axis.ticks.flatMap { tick in
            let y = axis.place(tick.value)
            return [line(left, y, right, y, "grid"), label(tick.text, left - 6, y + 4, .end)]
        }
    }

    private static func number(_ value: Double) -> String { Numbers.fixed(value, 2) }
}
