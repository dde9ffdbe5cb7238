import LiteMedSAM
import SegmentAnything
import Testing

@Suite("Resizing by area")
struct AreaResizeTests {
    @Test(
        "equals the published bytes",
        arguments: [
            (300, 512), (1024, 768), (333, 500), (700, 257), (64, 48),
        ]
    )
    func whenAnImageIsResized_thenEveryByteIsThePublishedOne(rows: Int, columns: Int) throws {
        let pixels = (0..<rows * columns).map { index in
            let (y, x) = (index / columns, index % columns)
            return UInt8((3 * x * x + 5 * y * y + 7 * x * y + 11 * (x ^ y)) % 251)
        }
        let image = SliceImage(rows: rows, columns: columns, pixels: pixels)
        let golden = try Golden("prep")
        let expected = try golden.image("area_\(rows)x\(columns)")

        let input = try NetworkInput(image)

        #expect(input.resized.rows == expected.rows && input.resized.columns == expected.columns)
        #expect(input.resized.pixels == expected.pixels)
    }

    @Test(
        "treats the channels of a colour image one by one",
        arguments: [(300, 512), (333, 500), (64, 48), (768, 512)]
    )
    func whenAnImageHasThreeChannels_thenEachIsResizedAsIfAlone(rows: Int, columns: Int) throws {
        let planes: [[UInt8]] = (0..<3).map { channel in
            (0..<rows * columns).map { index in
                let mixed = (index * (31 + channel)) ^ (index >> 5)
                return UInt8(mixed & 255)
            }
        }
        let mixed = (0..<rows * columns).flatMap { index in planes.map { $0[index] } }
        let colour = try NetworkInput(SliceImage(rows: rows, columns: columns, channels: 3, pixels: mixed)).resized

        for (channel, plane) in planes.enumerated() {
            let alone = try NetworkInput(SliceImage(rows: rows, columns: columns, pixels: plane)).resized
            let part = stride(from: channel, to: colour.pixels.count, by: 3).map { colour.pixels[$0] }
            #expect(part == alone.pixels)
        }
    }

    @Test("leaves an image of the right size alone")
    func whenTheLongestSideFitsAlready_thenNothingChanges() throws {
        let pixels = (0..<256 * 100).map { UInt8($0 * 7 & 255) }
        let input = try NetworkInput(SliceImage(rows: 256, columns: 100, pixels: pixels))
        #expect(input.resized.pixels == pixels)
    }

    @Test("keeps a flat image flat", arguments: [(1000, 700), (512, 512), (40, 100), (255, 256)])
    func whenAllPixelsAreEqual_thenTheyStayWhatTheyAre(rows: Int, columns: Int) throws {
        let pixels = [UInt8](repeating: 200, count: rows * columns)
        let resized = try NetworkInput(SliceImage(rows: rows, columns: columns, pixels: pixels)).resized
        #expect(resized.pixels.allSatisfy { $0 == 200 })
    }
}
