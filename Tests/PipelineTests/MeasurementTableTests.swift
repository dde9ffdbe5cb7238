import DICOMSegmentation
import DurableFiles
import Foundation
import Geometry
import Profiles
import TestSupport
import Testing

@testable import Pipeline

@Suite("Measurements")
struct MeasurementTableTests {
    @Test("a voxel is its pixel times the step between slices")
    func whenSlicesAreEven_thenEachVoxelIsTheSame() throws {
        let stack = try Planes.stack(offsets: [0, 3, 6, 9], spacing: (0.5, 2))
        let row = Self.row(mask: [nil, Planes.middle, Planes.middle, nil], stack)
        #expect(row.voxels == 2)
        #expect(row.slices == 2)
        #expect(abs(row.volumeML - 2 * 0.5 * 2 * 3 / 1_000) < 1e-12)
        #expect(row.firstOffset == 3 && row.lastOffset == 6)
        #expect(!row.touchesBorder)
    }

    @Test("with uneven steps each slice reaches half the way to its neighbours")
    func whenStepsAreUneven_thenTheGapIsSharedByItsNeighbours() throws {
        let stack = try Planes.stack(offsets: [0, 2, 8, 9])
        let thickness = [2.0, 4, 3.5, 1]
        for (slice, expected) in thickness.enumerated() {
            var mask = [FrameMask?](repeating: nil, count: 4)
            mask[slice] = Planes.middle
            #expect(abs(Self.row(mask: mask, stack).volumeML - expected / 1_000) < 1e-12)
        }
    }

    @Test("steps count along the normal, not along the line of the positions")
    func whenTheGantryIsTilted_thenTheVolumeIsThatOfTheSlab() throws {
        let stack = try Planes.stack(offsets: [0, 4, 8, 12], shear: Vector3(0, 3, 0))
        let row = Self.row(mask: [nil, Planes.middle, Planes.middle, nil], stack)
        #expect(abs(row.volumeML - 2 * 4 / 1_000.0) < 1e-12)
    }

    @Test("oblique planes are measured like any others")
    func whenPlanesAreOblique_thenTheVolumeIsTheSame() throws {
        let row = Vector3(0.8, 0.6, 0)
        let column = Vector3(-0.36, 0.48, -0.8)
        let stack = try Planes.stack(offsets: [0, 5, 10], spacing: (1.5, 0.75), directions: (row, column))
        let measured = Self.row(mask: [nil, Planes.middle, nil], stack)
        #expect(abs(measured.volumeML - 1.5 * 0.75 * 5 / 1_000) < 1e-9)
        #expect(abs((measured.firstOffset ?? 0) - 5) < 1e-9)
    }

    @Test("a single plane takes its own thickness, and nothing where it says none")
    func whenThereIsOnePlane_thenItsThicknessCounts() throws {
        let stack = try Planes.stack(offsets: [7])
        #expect(Self.row(mask: [Planes.middle], stack, thickness: 5).volumeML == 0.005)
        #expect(Self.row(mask: [Planes.middle], stack).volumeML == 0)
        #expect(Self.row(mask: [Planes.middle], stack, thickness: 5).touchesBorder)
    }

    @Test("a pixel in an end slice or at an edge of the frame raises the flag", arguments: 0..<12)
    func whenAMaskTouchesTheEdge_thenTheVolumeIsALowerBound(pixel: Int) throws {
        let stack = try Planes.stack(offsets: [0, 1, 2])
        var pixels = [UInt8](repeating: 0, count: 12)
        pixels[pixel] = 1
        let mask = FrameMask(rows: 3, columns: 4, pixels: pixels)
        #expect(Self.row(mask: [nil, mask, nil], stack).touchesBorder == ![5, 6].contains(pixel))
        #expect(Self.row(mask: [mask, nil, nil], stack).touchesBorder)
        #expect(Self.row(mask: [nil, nil, mask], stack).touchesBorder)
    }

    @Test(
        "the median of what the network thinks is taken, of an even number the middle of two",
        arguments: [
            ([Float](), nil), ([0.5], 0.5), ([0.75, 0.25, 0.5], 0.5), ([1, 0, 0.5, 0.25], 0.375),
        ] as [([Float], Double?)]
    )
    func whenThereAreAnswers_thenTheirMedianIsTaken(values: [Float], median: Double?) throws {
        let stack = try Planes.stack(offsets: [0, 1, 2])
        #expect(Self.row(mask: [nil, Planes.middle, nil], stack, predictedIoUs: values).medianPredictedIoU == median)
    }

    @Test("an empty mask measures nothing")
    func whenAMaskIsEmpty_thenEverythingIsZero() throws {
        let row = Self.row(mask: [nil, nil, nil], try Planes.stack(offsets: [0, 1, 2]))
        #expect(row.volumeML == 0 && row.voxels == 0 && row.slices == 0 && !row.touchesBorder)
        #expect(row.firstOffset == nil && row.lastOffset == nil)
    }

    @Test(
        "labels are quoted where RFC 4180 asks for it, and no spreadsheet takes one for a formula",
        arguments: [
            ("Liver", "Liver"), ("Kidney, left", "\"Kidney, left\""), ("a \"b\"", "\"a \"\"b\"\"\""),
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""), ("a\r\nb", "\"a\r\nb\""),
            ("a\nb", "\"a\nb\""), ("x=1", "x=1"), ("", ""),
        ]
    )
    func whenALabelIsOdd_thenItIsOneField(label: String, field: String) throws {
        let row = Self.row(mask: [nil, Planes.middle, nil], try Planes.stack(offsets: [0, 1, 2]), label: label)
        let csv = MeasurementTable(rows: [row]).csv
        let header = "segment,volume_ml,voxels,slices,first_mm,last_mm,touches_border,median_predicted_iou\n"
        #expect(csv == header + field + ",0.001,1,1,1.00,1.00,no,\n")
    }

    @Test("a volume outside of what the profile expects is reported")
    func whenAVolumeIsNotTheExpectedOne_thenThereIsAWarning() throws {
        let set = try ProfileSet.load(RawPath(SharedFiles.repository.appending(path: "profiles").path))
        let liver = try #require(set.profile(id: "ct-abdomen")?.segments.first { $0.id == "liver" })
        let maximum = try #require(liver.expectedVolume?.maximum)
        let stack = try Planes.stack(offsets: [0, 1, 2], spacing: (maximum, 1_000))
        let fits = Self.row(mask: [nil, Planes.middle, nil], stack)
        #expect(fits.volumeML == maximum)
        #expect(fits.warning(expecting: liver.expectedVolume) == nil)
        let twice = FrameMask(rows: 3, columns: 4, pixels: [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
        let leaks = Self.row(mask: [nil, twice, nil], stack)
        let warning = leaks.warning(expecting: liver.expectedVolume)
        #expect(warning == "VOLUME Liver has \(maximum * 2) mL, expected are at most \(Int(maximum)) mL")
        #expect(leaks.warning(expecting: nil) == nil)
    }

    private static func row(
        mask: [FrameMask?],
        _ stack: SliceStack,
        thickness: Double? = nil,
        predictedIoUs: [Float] = [],
        label: String = "Liver"
    ) -> MeasurementTable.Row {
        MeasurementTable.Row(
            label: label,
            mask: SegmentMask(frames: mask),
            stack: stack,
            singlePlaneThickness: thickness,
            predictedIoUs: predictedIoUs
        )
    }
}
