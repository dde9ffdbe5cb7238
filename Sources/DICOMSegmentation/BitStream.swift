/// The Pixel Data of a BINARY segmentation: the bits of all frames as one stream without padding between frames.
///
/// Least significant bit first; only the very end is padded, with zeros to an even number of bytes (PS3.5 section
/// 8.1.1). Where rows × columns is no multiple of 8, a frame starts inside a byte.
enum BitStream {
    /// The bytes that this many frames take, padding included.
    static func byteCount(frames: Int, bitsPerFrame: Int) -> Int {
        let bytes = (frames * bitsPerFrame + 7) / 8
        return bytes + bytes % 2
    }

    /// Joins frames; `nil` stands for an empty one. Every mask has `bitsPerFrame` pixels.
    static func joined(_ frames: [FrameMask?], bitsPerFrame: Int) -> [UInt8] {
        let count = byteCount(frames: frames.count, bitsPerFrame: bitsPerFrame)
        return [UInt8](unsafeUninitializedCapacity: count) { stream, initialized in
            stream.initialize(repeating: 0)
            for (index, frame) in frames.enumerated() {
                guard let frame else { continue }
                precondition(frame.rows * frame.columns == bitsPerFrame, "all frames have one size")
                frame.packed.withUnsafeBufferPointer { place($0, in: stream, bit: index * bitsPerFrame) }
            }
            initialized = count
        }
    }

    /// The packed bits of one frame, shifted so that its first pixel is bit 0; bits behind its last pixel are 0.
    static func frame(_ index: Int, bitsPerFrame: Int, of stream: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        frame(at: index * bitsPerFrame, bitsPerFrame: bitsPerFrame, of: stream)
    }

    /// The bytes of a stream that a frame has a bit in.
    static func byteRange(of index: Int, bitsPerFrame: Int) -> Range<Int> {
        index * bitsPerFrame / 8..<((index + 1) * bitsPerFrame + 7) / 8
    }

    /// As ``frame(_:bitsPerFrame:of:)`` for a part of a stream in which the frame begins at the bit `first`.
    static func frame(
        at first: Int,
        bitsPerFrame: Int,
        of stream: UnsafeBufferPointer<UInt8>
    ) -> [UInt8] {
        let count = (bitsPerFrame + 7) / 8
        precondition(first >= 0 && first + bitsPerFrame <= stream.count * 8, "the frame lies in the stream")
        let (base, shift) = (first / 8, first % 8)
        return [UInt8](unsafeUninitializedCapacity: count) { bits, initialized in
            for byte in 0..<count {
                let low = stream[base + byte] >> shift
                let next = base + byte + 1
                bits[byte] = shift == 0 || next >= stream.count ? low : low | stream[next] << (8 - shift)
            }
            if bitsPerFrame % 8 != 0 { bits[count - 1] &= (1 << (bitsPerFrame % 8)) - 1 }
            initialized = count
        }
    }

    private static func place(
        _ packed: UnsafeBufferPointer<UInt8>,
        in stream: UnsafeMutableBufferPointer<UInt8>,
        bit first: Int
    ) {
        let (base, shift) = (first / 8, first % 8)
        for byte in 0..<packed.count where packed[byte] != 0 {
            stream[base + byte] |= packed[byte] << shift
            let carried = shift == 0 ? 0 : packed[byte] >> (8 - shift)
            // Behind the last pixel there is nothing to carry, and perhaps no byte to carry it to.
            if carried != 0 { stream[base + byte + 1] |= carried }
        }
    }
}
