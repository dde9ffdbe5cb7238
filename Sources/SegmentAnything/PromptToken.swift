import Tensors

/// One sparse token of a prompt, before it is a vector: where it is, and what stands there.
struct PromptToken {
    /// In pixels of the network's input; nil for padding, which is nowhere.
    let position: (x: Float, y: Float)?
    let kind: Kind

    /// What a token stands for.
    enum Kind: Int, Hashable {
        case background
        case foreground
        case firstCorner
        case secondCorner
        case padding
        /// A label that the network does not know: the position alone.
        case unknown

        /// The kind of a point's label.
        init(label: Int) { self = label == -1 ? .padding : Kind(rawValue: label) ?? .unknown }
    }

    private init(_ position: (x: Float, y: Float), _ kind: Kind) {
        self.position = kind == .padding ? nil : position
        self.kind = kind
    }

    /// The tokens of a prompt in their order: points, a padding point when there is no box, the box's corners.
    static func all(of prompts: PromptBatch, prompt: Int) -> [PromptToken] {
        var tokens: [PromptToken] = []
        if let points = prompts.points, points.shape[1] > 0 {
            let count = points.shape[1]
            for index in prompt * count..<(prompt + 1) * count {
                tokens.append(PromptToken(position(index, in: points), Kind(label: prompts.labels[index])))
            }
            if prompts.boxes == nil { tokens.append(PromptToken((0, 0), .padding)) }
        }
        if let boxes = prompts.boxes {
            tokens.append(PromptToken(position(2 * prompt, in: boxes), .firstCorner))
            tokens.append(PromptToken(position(2 * prompt + 1, in: boxes), .secondCorner))
        }
        return tokens
    }

    private static func position(_ index: Int, in coordinates: Tensor) -> (x: Float, y: Float) {
        coordinates.withUnsafeBufferPointer { ($0[2 * index], $0[2 * index + 1]) }
    }
}
