import Atlas
import Geometry
import Testing

@testable import Pipeline

@Suite("Pictures of atlases")
struct AtlasSheetTests {
    /// Half of a cube of 60 mm is liver, the other half spleen; the axes are mirrored where `mirrored` says so.
    private func atlas(mirrored: Bool) -> Atlas {
        let size = GridSize(x: 20, y: 20, z: 20)
        let sign = mirrored ? -1.0 : 1
        let affine = Affine3D(
            xColumn: Vector3(3 * sign, 0, 0),
            yColumn: Vector3(0, 3, 0),
            zColumn: Vector3(0, 0, 3),
            translation: Vector3(mirrored ? 57 : 0, 0, 0)
        )
        return Atlas(
            name: "cube",
            intensities: IntensityVolume(
                size: size,
                affine: affine,
                values: [Float](repeating: 240, count: size.count),
                modality: .ct
            ),
            // +x is the patient's left: the liver lies on the right.
            labels: LabelVolume(
                size: size,
                affine: affine,
                values: (0..<size.count).map { (($0 % 20 < 10) != mirrored) ? 1 : 2 }
            ),
            table: [AtlasLabel(id: 1, name: "liver"), AtlasLabel(id: 2, name: "spleen")]
        )
    }

    @Test("The patient's right is at the left of axial and coronal slices, however the voxels are stored")
    func whenVoxelsAreMirrored_thenThePictureIsTheSame() throws {
        let plain = try #require(AtlasSheet(atlas(mirrored: false))).image()
        let mirrored = try #require(AtlasSheet(atlas(mirrored: true))).image()
        let isSame = plain.pixels == mirrored.pixels
        #expect(isSame)
        func colour(_ x: Int, _ y: Int) -> [UInt8] {
            let place = (y * plain.width + x) * 3
            return Array(plain.pixels[place..<place + 3])
        }
        // Inside of the first axial tile: a light fill of the label's colour over white.
        let (liver, spleen) = (colour(6 + 60, 30 + 100), colour(6 + 160, 30 + 100))
        #expect(liver != spleen)
        #expect(liver != colour(6 + 110, 30 + 100))
    }

    @Test("Neighbours in the table have colours that are far apart")
    func whenStructuresFollowEachOther_thenTheirColoursDiffer() {
        for index in 0..<40 {
            let (one, next) = (AtlasSheet.colour(of: index), AtlasSheet.colour(of: index + 1))
            let apart = [(one.red, next.red), (one.green, next.green), (one.blue, next.blue)].map {
                abs(Int($0.0) - Int($0.1))
            }
            #expect(apart.reduce(0, +) > 90)
        }
    }

    @Test("The picture is a PNG file")
    func whenAnAtlasIsDrawn_thenItIsAPNG() throws {
        let bytes = try #require(AtlasSheet(atlas(mirrored: false))?.pngBytes())
        #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    }
}
