import SegmentAnything

/// What a box is drawn around where a structure has several parts in a slice.
public enum BoxRule: String, Sendable, Hashable, Codable {
    /// The largest 8-connected part, while the whole structure is what is to be found: SAM-Med2D's recipe.
    case largestComponent
    /// All parts together, as boxes of the atlas are.
    case wholeMask
    /// One part, drawn by its area, which alone is then to be found.
    case anyComponent
}

/// What is to be found in a slice, and the tight box of it.
struct BoxedMask: Sendable {
    /// The segment's identifier.
    let segment: String
    /// S × S.
    let pixels: [Bool]
    /// Pixels of the network's input; the far sides are exclusive.
    let box: Prompt.Box

    /// Nil for an empty mask.
    init?(_ mask: PackedMask, of segment: String, rule: BoxRule, random: inout CounterRandom) {
        let pixels = mask.pixels
        let parts = ConnectedComponents(pixels, columns: mask.edge)
        guard let largest = parts.largest else { return nil }
        switch rule {
        case .largestComponent:
            self.init(segment: segment, pixels: pixels, box: Self.box([parts.components[largest]]))
        case .wholeMask:
            self.init(segment: segment, pixels: pixels, box: Self.box(parts.components))
        case .anyComponent:
            var rest = random.index(below: parts.components.reduce(0) { $0 + $1.area })
            var chosen = 0
            while rest >= parts.components[chosen].area {
                rest -= parts.components[chosen].area
                chosen += 1
            }
            let own = Int32(chosen)
            self.init(
                segment: segment,
                pixels: parts.labels.map { $0 == own },
                box: Self.box([parts.components[chosen]])
            )
        }
    }

    private init(segment: String, pixels: [Bool], box: Prompt.Box) {
        self.segment = segment
        self.pixels = pixels
        self.box = box
    }

    private static func box(_ parts: [ConnectedComponents.Component]) -> Prompt.Box {
        Prompt.Box(
            x0: Double(parts.map(\.firstColumn).min() ?? 0),
            y0: Double(parts.map(\.firstRow).min() ?? 0),
            x1: Double((parts.map(\.lastColumn).max() ?? 0) + 1),
            y1: Double((parts.map(\.lastRow).max() ?? 0) + 1)
        )
    }
}
