import Tensors

/// The exact Euclidean distance transform on a grid whose axes are at right angles and whose steps may differ.
///
/// One pass along each axis; each finds the lower envelope of parabolas (Felzenszwalb and Huttenlocher, Distance
/// Transforms of Sampled Functions, 2012), here with samples at any ascending positions.
struct DistanceTransform {
    /// Positions of the samples along x, y and z in mm, ascending.
    let positions: [[Double]]

    init(x: [Double], y: [Double], z: [Double]) {
        positions = [x, y, z]
    }

    private var count: Int { positions.reduce(1) { $0 * $1.count } }

    /// Squared distances in mm² from every sample to the nearest site; infinite where there is none. x runs fastest.
    func squaredDistances(to sites: [Int]) -> [Double] {
        var values = [Double](repeating: .infinity, count: count)
        for site in sites { values[site] = 0 }
        guard !sites.isEmpty else { return values }
        values.withUnsafeMutableBufferPointer { buffer in
            for axis in 0..<3 { transform(buffer, along: axis) }
        }
        return values
    }

    private func transform(_ values: UnsafeMutableBufferPointer<Double>, along axis: Int) {
        let places = positions[axis]
        let stride = positions[..<axis].reduce(1) { $0 * $1.count }
        let lines = values.count / places.count
        ComputeThreads.overRows(lines, elementsPerRow: places.count * 8) { range in
            var envelope = Envelope(places)
            for line in range {
                let first = line / stride * stride * places.count + line % stride
                envelope.replace(values, first: first, stride: stride)
            }
        }
    }

    /// The lower envelope of one line, with memory that the next line uses again.
    private struct Envelope {
        let places: [Double]
        private var heights: [Double]
        /// Samples whose parabola is part of the envelope, and where each starts to be the lowest.
        private var vertices: [Int]
        private var starts: [Double]

        init(_ places: [Double]) {
            self.places = places
            heights = [Double](repeating: 0, count: places.count)
            vertices = [Int](repeating: 0, count: places.count)
            starts = [Double](repeating: 0, count: places.count)
        }

        mutating func replace(_ values: UnsafeMutableBufferPointer<Double>, first: Int, stride: Int) {
            for index in places.indices { heights[index] = values[first + index * stride] }
            var last = -1
            for index in places.indices where heights[index] < .infinity {
                var start = -Double.infinity
                while last >= 0 {
                    start = crossing(vertices[last], index)
                    guard start <= starts[last] else { break }
                    last -= 1
                }
                last += 1
                vertices[last] = index
                starts[last] = last == 0 ? -.infinity : start
            }
            guard last >= 0 else { return }
            var current = 0
            for index in places.indices {
                while current < last, starts[current + 1] < places[index] { current += 1 }
                let distance = places[index] - places[vertices[current]]
                values[first + index * stride] = distance * distance + heights[vertices[current]]
            }
        }

        /// Where the parabolas of two samples meet; the second lies further on.
        private func crossing(_ left: Int, _ right: Int) -> Double {
            let (p, q) = (places[left], places[right])
            return (heights[right] - heights[left] + q * q - p * p) / (2 * (q - p))
        }
    }
}
