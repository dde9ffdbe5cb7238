import Checkpoints
import SegmentAnything
import Tensors
import Testing

@testable import SAMMed2D

@Suite("Slices become inputs as the published code makes them")
struct PreprocessingTests {
    private let golden: SafetensorsFile

    init() throws {
        golden = try GoldenFiles.open("misc")
    }

    private func image(_ rows: Int, _ columns: Int) -> SliceImage {
        SliceImage(
            rows: rows,
            columns: columns,
            channels: 3,
            pixels: ReferenceWeights.bytes("golden.misc.image.\(rows)x\(columns)", count: rows * columns * 3)
        )
    }

    @Test(arguments: [(97, 143), (300, 200), (512, 512)])
    func stretchingPicksTheSamePixels(rows: Int, columns: Int) throws {
        let bytes = try golden.tensor("pre/\(rows)x\(columns)/predictor_u8").values
        let expected = bytes.enumerated().map { index, byte -> Float in
            let (mean, deviation) = Preprocessing.channels[index / 65_536]
            return (byte - Float(mean)) / Float(deviation)
        }
        let input = Preprocessing.stretch.input(from: image(rows, columns), size: 256)
        #expect(input.channelsFirst().values == expected)
    }

    @Test func bothNormalisationsAgreeToTheLastBit() throws {
        let predictor = try golden.tensor("pre/97x143/predictor_f32")
        let training = try golden.tensor("pre/97x143/train_f32")
        #expect(Preprocessing.stretch.input(from: image(97, 143), size: 256).channelsFirst().values == predictor.values)
        let padded = Preprocessing.centrePadding.input(from: image(97, 143), size: 256)
        #expect(padded.channelsFirst().values == training.values)
    }

    @Test(arguments: [(97, 143), (300, 200), (512, 512)])
    func masksFollowTheImage(rows: Int, columns: Int) throws {
        let image = image(rows, columns)
        let mask = stride(from: 0, to: image.pixels.count, by: 3).map { image.pixels[$0] > 127 ? UInt8(1) : 0 }
        let expected = try golden.tensor("pre/\(rows)x\(columns)/train_mask").values.map { UInt8($0) }
        #expect(Preprocessing.centrePadding.mask(mask, rows: rows, columns: columns, size: 256) == expected)
    }

    @Test func greyIsThreeEqualChannels() {
        let bytes = ReferenceWeights.bytes("grey", count: 60 * 50)
        let grey = SliceImage(rows: 60, columns: 50, pixels: bytes)
        let colour = SliceImage(rows: 60, columns: 50, channels: 3, pixels: bytes.flatMap { [$0, $0, $0] })
        for way in Preprocessing.allCases {
            #expect(way.input(from: grey, size: 128).values == way.input(from: colour, size: 128).values)
        }
    }

    @Test func aReciprocalOfAReciprocalDecidesTheNearestPixel() {
        let differing = (1..<1_400).filter { length in
            Preprocessing.nearest(length, size: 256) != (0..<256).map { min($0 * length / 256, length - 1) }
        }
        #expect(Set(differing).isSuperset(of: [246, 372, 442]))
    }

    @Test func whenASliceWasPadded_thenItsMaskIsCroppedBack() {
        let size = 8
        let logits = Tensor((0..<64).map { Float($0) }, shape: [1, size, size, 1])
        let restored = Preprocessing.centrePadding.restore(logits, rows: 3, columns: 5)
        #expect(restored.values == [17, 18, 19, 20, 21, 25, 26, 27, 28, 29, 33, 34, 35, 36, 37])
        let position = Preprocessing.centrePadding.position(x: 2, y: 1, rows: 3, columns: 5, size: size)
        #expect(position == (3, 3))
        #expect(Preprocessing.centrePadding.padding(rows: 3, columns: 8, size: size) == nil)
    }
}
