import Checkpoints
import DurableFiles
import Foundation
import SAMMed2D
import Tensors
import TestSupport

/// The reference tensors of SAM-Med2D.
enum GoldenFiles {
    static func url(_ name: String) -> URL { SharedFiles.reference("sam-med2d/" + name) }

    static func open(_ name: String) throws -> SafetensorsFile {
        try SafetensorsFile(RawPath(url("golden/\(name).safetensors").path))
    }

    /// The small model: 128 pixels, 4 blocks, windows of 5 that need padding.
    static func tinyModel(preprocessing: Preprocessing = .stretch) throws -> SAMMed2DModel {
        try SAMMed2DModel(open("tiny_weights").namedTensors(), preprocessing: preprocessing)
    }

    /// The shapes of the published network's 386 tensors.
    static func publishedShapes() throws -> [String: [Int]] {
        let lines = try String(contentsOf: url("state_dict_keys.tsv"), encoding: .utf8).split(separator: "\n")
            .dropFirst()
        return Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let fields = line.split(separator: "\t")
                return (String(fields[0]), fields[1].split(separator: "x").compactMap { Int($0) })
            }
        )
    }
}

/// The largest absolute difference between an expected tensor and a computed one.
///
/// Images are expected channels first and computed channels last; a computed tensor that is the same for the whole
/// batch or for all pixels stands for its repetitions. Infinite when the numbers of elements do not fit.
func largestDifference(_ expected: Tensor, _ found: Tensor) -> Float {
    // The code of the grid is an image without a batch.
    let isCode = expected.shape.count == 3 && found.shape.count == 2
    let image = isCode ? expected.reshaped([1] + expected.shape) : expected
    let isImage = image.shape.count == 4 && expected.shape != found.shape
    let (wanted, values) = ((isImage ? image.channelsLast() : expected).values, found.values)
    guard !values.isEmpty, wanted.count % values.count == 0 else { return wanted.count == values.count ? 0 : .infinity }
    var largest: Float = 0
    for index in wanted.indices {
        let difference = abs(wanted[index] - values[index % values.count])
        largest = difference.isNaN ? .infinity : max(largest, difference)
    }
    return largest
}

extension Tensor {
    /// The largest absolute value.
    var magnitude: Float { values.reduce(0) { max($0, abs($1)) } }
}
