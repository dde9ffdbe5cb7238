import Foundation

/// The description of a volume as a viewer gets it.
struct VolumeAnswer: Decodable {
    struct Window: Decodable, Equatable {
        let name: String
        let center: Double
        let width: Double
    }

    let rows: Int
    let columns: Int
    let slices: Int
    let pixelSpacing: [Double]
    let origin: [Double]
    let rowDirection: [Double]
    let columnDirection: [Double]
    let positions: [[Double]]
    let sliceSpacing: Double?
    let valueSlope: Double
    let valueIntercept: Double
    let valueMin: Double
    let valueMax: Double
    let units: String
    let windows: [Window]
    let mediaType: String

    /// Patient coordinates of a pixel's centre: what a viewer computes from the description alone.
    func point(slice: Int, row: Int, column: Int) -> [Double] {
        (0..<3).map { axis in
            positions[slice][axis] + rowDirection[axis] * pixelSpacing[1] * Double(column)
                + columnDirection[axis] * pixelSpacing[0] * Double(row)
        }
    }

    /// The slice normal.
    var normal: [Double] {
        let (a, b) = (rowDirection, columnDirection)
        return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    }
}

/// Masks as the page gets them.
struct MaskAnswer: Decodable {
    struct Segment: Decodable {
        let key: String
        let number: Int?
        let runs: Data
    }

    let segments: [Segment]
}

/// Decodes runs in the plainest way: one entry for each pixel.
func pixels(ofRuns runs: Data, count: Int) -> [Bool] {
    var pixels: [Bool] = []
    var isForeground = false
    var value = 0
    var shift = 0
    for byte in runs {
        value += Int(byte & 0x7F) << shift
        shift += 7
        guard byte & 0x80 == 0 else { continue }
        pixels += [Bool](repeating: isForeground, count: value)
        isForeground.toggle()
        (value, shift) = (0, 0)
    }
    return pixels + [Bool](repeating: false, count: count - pixels.count)
}
