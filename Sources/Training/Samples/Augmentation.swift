import Foundation
import SegmentAnything

/// Small changes that a patient, a position or a technician could have caused.
///
/// No flips: left and right are anatomy. Angles stay within what differs between patients on a table. Sizes change as
/// fields of view do: a slice fills the network's input whether it shows 350 mm or 500. Windows move a little, as from
/// scanner to scanner.
public struct Augmentation: Sendable, Hashable, Codable {
    /// The largest rotation to either side, in degrees.
    public var rotation: Double
    /// The smallest size, 1 being the slice's own: smaller than 1, as in a larger field of view.
    public var smallestScale: Double
    /// The largest size. What a size above 1 moves out of the slice is lost, as it hardly ever is on a scanner.
    public var largestScale: Double
    /// The largest movement of the window's centre, in widths of the window.
    public var windowCentre: Double
    /// The largest change of the window's width: 0.1 is 0.9 to 1.1.
    public var windowWidth: Double
    /// The share of changes whose window is much wider, so that contrast is low: structures that no contrast medium has
    /// reached look like that.
    public var wideWindowShare: Double
    /// How many times as wide it is.
    public var wideWindow: Double
    /// How many changed variants of each slice there are beside the unchanged one where the encoder's output is kept:
    /// every variant costs one run of the encoder and one place in the cache.
    public var keptVariants: Int

    /// Ranges of the changes.
    public init(
        rotation: Double = 7,
        smallestScale: Double = 0.65,
        largestScale: Double = 1.1,
        windowCentre: Double = 0.05,
        windowWidth: Double = 0.1,
        wideWindowShare: Double = 0.2,
        wideWindow: Double = 2.5,
        keptVariants: Int = 3
    ) {
        self.rotation = rotation
        self.smallestScale = smallestScale
        self.largestScale = largestScale
        self.windowCentre = windowCentre
        self.windowWidth = windowWidth
        self.wideWindowShare = wideWindowShare
        self.wideWindow = wideWindow
        self.keptVariants = keptVariants
    }

    /// No changes.
    public static let none = Augmentation(
        rotation: 0,
        smallestScale: 1,
        largestScale: 1,
        windowCentre: 0,
        windowWidth: 0,
        wideWindowShare: 0,
        keptVariants: 0
    )

    /// One change.
    struct Change: Sendable, Hashable {
        /// In degrees, counter-clockwise as the image is seen.
        var rotation = 0.0
        /// Above 1 everything becomes larger.
        var scale = 1.0
        var window = WindowShift.none

        static let none = Change()
    }

    func draw(_ random: inout CounterRandom) -> Change {
        // Drawn in any case: the number of draws does not depend on what they bring.
        let (angle, size) = (random.uniform(-1, 1), random.uniform(smallestScale, largestScale))
        let (centre, width) = (random.uniform(-1, 1), random.uniform(-1, 1))
        let isWide = random.unit() < wideWindowShare
        return Change(
            rotation: rotation * angle,
            scale: size,
            window: WindowShift(
                centre: windowCentre * centre,
                width: (1 + windowWidth * width) * (isWide ? wideWindow : 1)
            )
        )
    }
}

extension Augmentation.Change {
    /// The sample turned and scaled about its centre, and with the window's change where the source made none.
    func applied(to sample: TrainingSample, sourceShiftsWindow: Bool) -> TrainingSample {
        var image = sample.image
        if !sourceShiftsWindow, window != .none { image = shifted(image) }
        guard rotation != 0 || scale != 1 else {
            return TrainingSample(image: image, structures: sample.structures)
        }
        let grid = TurnedGrid(rows: image.rows, columns: image.columns, rotation: rotation, scale: scale)
        return TrainingSample(
            image: grid.turned(image),
            structures: sample.structures.map {
                TrainingSample.Structure(segment: $0.segment, mask: grid.turned($0.mask), weight: $0.weight)
            }
        )
    }

    /// The bytes under a window that is placed relative to that which made them.
    private func shifted(_ image: SliceImage) -> SliceImage {
        let table = (0...255).map { byte -> UInt8 in
            let value = (Double(byte) / 255 - 0.5 - window.centre) / window.width + 0.5
            return UInt8((min(1, max(0, value)) * 255).rounded())
        }
        return SliceImage(
            rows: image.rows,
            columns: image.columns,
            channels: image.channels,
            pixels: image.pixels.map { table[Int($0)] }
        )
    }
}

/// Where the pixels of a turned and scaled slice come from; pixel centres are whole numbers.
private struct TurnedGrid {
    let rows: Int
    let columns: Int
    /// Source = centre + matrix · (target − centre).
    private let cosine: Double
    private let sine: Double

    init(rows: Int, columns: Int, rotation: Double, scale: Double) {
        self.rows = rows
        self.columns = columns
        cosine = cos(rotation * .pi / 180) / scale
        sine = sin(rotation * .pi / 180) / scale
    }

    @inline(__always)
    private func source(row: Int, column: Int) -> (x: Double, y: Double) {
        let (centreX, centreY) = (Double(columns - 1) / 2, Double(rows - 1) / 2)
        let (x, y) = (Double(column) - centreX, Double(row) - centreY)
        return (centreX + cosine * x - sine * y, centreY + sine * x + cosine * y)
    }

    /// Nearest neighbour: a mask has no half pixels. Outside the slice there is nothing.
    func turned(_ mask: [Bool]) -> [Bool] {
        var result = [Bool](repeating: false, count: mask.count)
        for row in 0..<rows {
            for column in 0..<columns {
                let place = source(row: row, column: column)
                let (x, y) = (Int((place.x + 0.5).rounded(.down)), Int((place.y + 0.5).rounded(.down)))
                guard x >= 0, y >= 0, x < columns, y < rows else { continue }
                result[row * columns + column] = mask[y * columns + x]
            }
        }
        return result
    }

    /// Bilinear; outside the slice is its darkest byte.
    func turned(_ image: SliceImage) -> SliceImage {
        let channels = image.channels
        var result = [UInt8](repeating: image.pixels.min() ?? 0, count: image.pixels.count)
        image.pixels.withUnsafeBufferPointer { pixels in
            for row in 0..<rows {
                for column in 0..<columns {
                    let place = source(row: row, column: column)
                    guard place.x >= 0, place.y >= 0, place.x <= Double(columns - 1), place.y <= Double(rows - 1)
                    else { continue }
                    let (x0, y0) = (Int(place.x), Int(place.y))
                    let (x1, y1) = (min(x0 + 1, columns - 1), min(y0 + 1, rows - 1))
                    let (fx, fy) = (place.x - Double(x0), place.y - Double(y0))
                    for channel in 0..<channels {
                        func at(_ x: Int, _ y: Int) -> Double {
                            Double(pixels[(y * columns + x) * channels + channel])
                        }
                        let upper = at(x0, y0) * (1 - fx) + at(x1, y0) * fx
                        let lower = at(x0, y1) * (1 - fx) + at(x1, y1) * fx
                        let value = upper * (1 - fy) + lower * fy
                        result[(row * columns + column) * channels + channel] = UInt8(value.rounded())
                    }
                }
            }
        }
        return SliceImage(rows: rows, columns: columns, channels: channels, pixels: result)
    }
}
