import LiteMedSAM
import SegmentAnything
import Tensors
import Testing

@Suite("The place of a slice in the network's input")
struct InputFrameTests {
    @Test("scales boxes as the reference does", arguments: ["ct", "synth"])
    func whenABoxIsScaled_thenItIsTheReferenceBox(file: String) throws {
        let golden = try Golden(file)
        let image = try golden.image("image_u8")
        let frame = try InputFrame(sourceRows: image.rows, sourceColumns: image.columns)
        let original = try golden.tensor("boxes_orig").values.map(Double.init)
        let expected = try golden.tensor("boxes_256").values

        let scaled = stride(from: 0, to: original.count, by: 4).flatMap { start -> [Float] in
            let box = Prompt.Box(
                x0: original[start],
                y0: original[start + 1],
                x1: original[start + 2],
                y1: original[start + 3]
            )
            let result = frame.scaled(box)
            return [Float(result.x0), Float(result.y0), Float(result.x1), Float(result.y1)]
        }

        #expect(scaled == expected)
    }

    @Test("holds the reference's bytes and values", arguments: ["ct", "synth"])
    func whenASliceIsPrepared_thenBytesAndPaddedValuesAreTheReference(file: String) throws {
        let golden = try Golden(file)
        let input = try NetworkInput(golden.image("image_u8"))
        #expect(input.resized.pixels == (try golden.bytes("resized_u8")))
        let values = input.paddedBytes.map { input.levels[Int($0)] }
        #expect(values == (try golden.tensor("input_1ch").values))
    }

    @Test("refuses a slice of which nothing would be left")
    func whenASliceIsTooNarrow_thenItIsRefused() {
        #expect(throws: ModelError.self) { try InputFrame(sourceRows: 1, sourceColumns: 1000) }
    }

    @Test("takes a flat slice as black")
    func whenAllPixelsAreEqual_thenEveryValueIsZero() throws {
        let flat = SliceImage(rows: 20, columns: 30, pixels: [UInt8](repeating: 90, count: 600))
        let input = try NetworkInput(flat)
        #expect(input.paddedBytes.allSatisfy { input.levels[Int($0)] == 0 })
    }

    @Test("stretches all channels of a colour slice by one range")
    func whenASliceHasColours_thenTheChannelsShareTheirRange() throws {
        var pixels = [UInt8](repeating: 60, count: 256 * 256 * 3)
        pixels[0] = 10
        pixels[4] = 110
        let input = try NetworkInput(SliceImage(rows: 256, columns: 256, channels: 3, pixels: pixels))
        let values = input.paddedBytes.prefix(6).map { input.levels[Int($0)] }
        #expect(values == [0, 0.5, 0.5, 0.5, 1, 0.5])
    }
}
