import Testing

@testable import DICOMSegmentation

/// A generator with a fixed start, so that a failure can be repeated (xorshift64*).
struct FixedRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 2_685_821_657_736_338_717
    }
}

func randomMask(rows: Int, columns: Int, density: Double, using random: inout FixedRandom) -> FrameMask {
    let pixels = (0..<rows * columns).map { _ in UInt8(Double.random(in: 0..<1, using: &random) < density ? 1 : 0) }
    return FrameMask(rows: rows, columns: columns, pixels: pixels)
}

struct BitStreamTests {
    /// Bit by bit, as PS3.5 section 8.1.1 describes it.
    private func naiveStream(_ frames: [FrameMask?], bitsPerFrame: Int) -> [UInt8] {
        var bits: [UInt8] = []
        for frame in frames { bits += frame?.unpacked() ?? [UInt8](repeating: 0, count: bitsPerFrame) }
        while bits.count % 16 != 0 { bits.append(0) }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(0) { $0 | bits[start + $1] << $1 }
        }
    }

    @Test("Frames of every remainder modulo 8 are joined into one stream without padding between them")
    func joinsLikeTheNaiveTwin() {
        var random = FixedRandom(state: 1)
        for columns in 1...17 {
            for rows in [1, 3, 5] {
                var frames: [FrameMask?] = (0..<5).map { _ in
                    randomMask(rows: rows, columns: columns, density: 0.5, using: &random)
                }
                frames[2] = nil
                let stream = BitStream.joined(frames, bitsPerFrame: rows * columns)
                #expect(stream == naiveStream(frames, bitsPerFrame: rows * columns), "\(rows)×\(columns)")
                #expect(stream.count % 2 == 0)
            }
        }
    }

    @Test("Each frame comes out of the stream as it went in, whatever the remainder modulo 8")
    func unpacksEachFrame() {
        var random = FixedRandom(state: 2)
        for columns in 1...17 {
            let frames = (0..<6).map { _ in randomMask(rows: 3, columns: columns, density: 0.5, using: &random) }
            let stream = BitStream.joined(frames, bitsPerFrame: 3 * columns)
            stream.withUnsafeBufferPointer { buffer in
                for (index, frame) in frames.enumerated() {
                    #expect(BitStream.frame(index, bitsPerFrame: 3 * columns, of: buffer) == frame.packed)
                }
            }
        }
    }

    @Test("The last frame can be unpacked from a stream without the pad byte")
    func unpacksWithoutPadByte() {
        var random = FixedRandom(state: 3)
        let frames = (0..<3).map { _ in randomMask(rows: 5, columns: 7, density: 0.5, using: &random) }
        let stream = Array(BitStream.joined(frames, bitsPerFrame: 35).prefix(14))
        stream.withUnsafeBufferPointer { buffer in
            #expect(BitStream.frame(2, bitsPerFrame: 35, of: buffer) == frames[2].packed)
        }
    }

    @Test("A mask keeps its pixels when it is packed and unpacked, and clears the bits behind the last pixel")
    func masksRoundTrip() {
        let mask = FrameMask(rows: 2, columns: 3, pixels: [0, 1, 0, 7, 0, 255])
        #expect(mask.packed == [0b101010])
        #expect(mask.unpacked() == [0, 1, 0, 1, 0, 1])
        #expect(mask.pixelCount == 3)
        #expect(mask[row: 1, column: 0])
        #expect(!mask[row: 1, column: 1])
        #expect(FrameMask(rows: 2, columns: 3, packed: [0b1110_1010]) == mask)
    }

    @Test("Empty frames take no place in a segment's mask")
    func dropsEmptyFrames() {
        let empty = FrameMask(rows: 2, columns: 3, pixels: [0, 0, 0, 0, 0, 0])
        var mask = SegmentMask(frames: [empty, nil])
        #expect(mask.frames == [nil, nil])
        #expect(mask.isEmpty)
        mask[1] = FrameMask(rows: 2, columns: 3, pixels: [0, 0, 1, 0, 0, 0])
        mask[0] = empty
        #expect(mask.frames[0] == nil)
        #expect(mask.pixelCount == 1)
    }
}
