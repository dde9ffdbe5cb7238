import SegmentAnything
import Tensors

/// How a slice becomes the network's square input, and how masks come back.
///
/// Published code has two ways: its predictor always stretches, its training and evaluation pad slices that are smaller
/// than the input.
public enum Preprocessing: String, Sendable, Hashable, CaseIterable {
    /// Stretch to the square by nearest neighbour, whatever the proportions (the published predictor).
    case stretch
    /// Centre slices that are smaller than the square along both axes, stretch all others (published training and
    /// evaluation).
    case centrePadding

    /// Mean and standard deviation of channels 0, 1 and 2, on 0…255. The published weights saw OpenCV's order (blue
    /// first) with these numbers.
    static let channels: [(mean: Double, deviation: Double)] = [(123.675, 58.395), (116.28, 57.12), (103.53, 57.375)]

    /// The normalised input `[1, size, size, 3]`.
    ///
    /// Padding is 0 after normalisation, the mean colour. Grey becomes three equal channels; colour is fed as it comes.
    public func input(from image: SliceImage, size: Int) -> Tensor {
        let tables = normalisation
        let origin = padding(rows: image.rows, columns: image.columns, size: size)
        let rows = sources(image.rows, offset: origin?.top, size: size)
        let columns = sources(image.columns, offset: origin?.left, size: size)
        return Tensor(shape: [1, size, size, 3]) { input in
            var next = input.start
            for row in rows {
                for column in columns {
                    let first = row.flatMap { row in column.map { (row * image.columns + $0) * image.channels } }
                    for channel in 0..<3 {
                        let value = first.map { tables[channel][Int(image.pixels[$0 + channel % image.channels])] }
                        (next + channel).initialize(to: value ?? 0)
                    }
                    next += 3
                }
            }
        }
    }

    /// A mask of the source slice (rows × columns bytes) in the geometry of the input, size × size; padding is 0.
    public func mask(_ mask: [UInt8], rows: Int, columns: Int, size: Int) -> [UInt8] {
        precondition(mask.count == rows * columns, "\(mask.count) bytes for \(rows) × \(columns) pixels")
        let origin = padding(rows: rows, columns: columns, size: size)
        let columnSources = sources(columns, offset: origin?.left, size: size)
        return sources(rows, offset: origin?.top, size: size).flatMap { row in
            columnSources.map { column in
                guard let row, let column else { return 0 }
                return mask[row * columns + column]
            }
        }
    }

    /// Where a smaller slice lies in the square; nil when it is stretched.
    func padding(rows: Int, columns: Int, size: Int) -> (top: Int, left: Int)? {
        guard self == .centrePadding, rows < size, columns < size else { return nil }
        return ((size - rows) / 2, (size - columns) / 2)
    }

    /// Logits `[B, size, size, 1]` at the size of the source slice.
    func restore(_ logits: Tensor, rows: Int, columns: Int) -> Tensor {
        let size = logits.shape[1]
        guard let origin = padding(rows: rows, columns: columns, size: size) else {
            return logits.resizedBilinearly(rows: rows, columns: columns)
        }
        return Tensor(shape: [logits.shape[0], rows, columns, 1]) { result in
            logits.withPointer { logits in
                for row in 0..<result.count / columns {
                    let source = (row / rows * size + origin.top + row % rows) * size + origin.left
                    (result.start + row * columns).initialize(from: logits + source, count: columns)
                }
            }
        }
    }

    /// A position of the source slice in the network's input.
    func position(x: Double, y: Double, rows: Int, columns: Int, size: Int) -> (x: Float, y: Float) {
        if let origin = padding(rows: rows, columns: columns, size: size) {
            return (Float(x + Double(origin.left)), Float(y + Double(origin.top)))
        }
        return (Float(x * (Double(size) / Double(columns))), Float(y * (Double(size) / Double(rows))))
    }

    /// The value of every byte in every channel. The predictor computes in fp32, training in fp64: the last bit differs.
    private var normalisation: [[Float]] {
        Self.channels.map { channel in
            (0..<256).map { byte in
                switch self {
                case .stretch: (Float(byte) - Float(channel.mean)) / Float(channel.deviation)
                case .centrePadding: Float((Double(byte) - channel.mean) / channel.deviation)
                }
            }
        }
    }

    /// The source position of every input position along one axis; nil in the padding.
    private func sources(_ length: Int, offset: Int?, size: Int) -> [Int?] {
        guard let offset else { return Self.nearest(length, size: size) }
        return (0..<size).map { (0..<length).contains($0 - offset) ? $0 - offset : nil }
    }

    /// OpenCV's nearest neighbour. The scale is the reciprocal of a reciprocal: plain length/size differs for some
    /// lengths (246, 372, 442, …).
    static func nearest(_ length: Int, size: Int) -> [Int] {
        let scale = 1 / (Double(size) / Double(length))
        return (0..<size).map { min(Int(Double($0) * scale), length - 1) }
    }
}
