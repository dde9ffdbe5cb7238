import DICOMFiles
import DurableFiles
import Foundation
import Geometry
import TestSupport
import Testing

/// Grouping and reading whole series, made by `make_series.py`, whose phantom has a liver of 110 HU and a spleen of 150.
struct ImageSeriesTests {
    private static func series(_ preset: String) throws -> ImageSeries {
        let all = ImageSeries.grouping(try SyntheticSeries.headers(preset))
        #expect(all.count == 1)
        return try #require(all.first)
    }

    @Test(
        "slices are read in the order of their positions, with the right pixels",
        arguments: [
            "plain", "odd187x239", "odd23x38", "sagittal", "coronal", "oblique", "prone", "descending", "shuffled",
            "tilt", "missing_slice", "localizer", "enhanced", "enhanced_oblique", "deflated", "rle", "mr_sagittal",
            "odd187x239_oblique", "odd187x239_descending",
        ]
    )
    func pixelsInOrder(_ preset: String) throws {
        let series = try Self.series(preset)
        let volume = try #require(series.volume)
        let truth = try Data(
            contentsOf: SyntheticSeries.folder(preset).appending(path: "truth.raw")
        )
        let size = volume.rows * volume.columns
        #expect(truth.count == size * volume.count)
        var sums = [0.0, 0, 0]
        var counts = [0, 0, 0]
        var reader = VolumeReader(volume)
        for index in 0..<volume.count {
            let values = try reader.slice(at: index)
            #expect(values.count == size)
            for (label, value) in zip(truth[index * size..<(index + 1) * size], values) where label > 0 {
                sums[Int(label)] += Double(value)
                counts[Int(label)] += 1
            }
        }
        let offset = series.modality == "MR" ? 1000.0 : 0  // MR has no rescale: stored values are HU + 1000
        #expect(abs(sums[1] / Double(counts[1]) - 110 - offset) < 2)
        #expect(abs(sums[2] / Double(counts[2]) - 150 - offset) < 2)
        #expect(volume.stack.steps.allSatisfy { $0 > 0 })
    }

    @Test("positions and spelling of every slice are those of its file")
    func spelling() throws {
        let volume = try #require(Self.series("long_ds").volume)
        for (plane, frame) in zip(volume.stack.planes, volume.frames) {
            #expect(plane == frame.plane)
            #expect(plane.position.z == Double(frame.geometry.imagePositionPatient[2]))
            #expect(frame.geometry.imagePositionPatient.allSatisfy { $0.utf8.count <= 16 })
        }
    }

    @Test("every slice has the rescale of its own file")
    func rescalePerSlice() throws {
        try withTemporaryFolder { folder in
            let pixels = (0..<15).flatMap { DICOMBytes().word(UInt16($0)) }
            for index in 1...3 {
                var data = TestImage(pixels: pixels).bytes()
                data.replace("2.25.11", by: "2.25.3\(index)")
                data.replace("-10.50\\+2.0E1\\-3", by: "-10.50\\+2.0E1\\+\(index)")
                data.replace("-1024", by: "-100\(index)")
                data.replace("0.5 ", by: "\(index)   ")
                try AtomicFile.write(data.file(), to: RawPath(folder).appending("\(9 - index).dcm"))
            }
            let headers = try FolderScan.entries(of: RawPath(folder)).map {
                try InstanceHeader(reading: RawPath(folder).appending($0.name))
            }
            var reader = VolumeReader(try #require(ImageSeries(headers: headers).volume))
            for index in 1...3 {
                let expected = (0..<15).map { Float($0 * index - 1000 - index) }
                #expect(try reader.slice(at: index - 1) == expected)
            }
        }
    }

    @Test("a single-frame source has no frame number, a multi-frame source counts from 1 in its own order")
    func frameNumbers() throws {
        let plain = try #require(Self.series("plain").volume)
        #expect(plain.frames.allSatisfy { $0.frameNumber == nil && $0.frameIndex == 0 })
        let enhanced = try #require(Self.series("enhanced").volume)
        #expect(enhanced.frames.map(\.frameNumber) == (1...10).map { $0 })
        #expect(Set(enhanced.frames.map(\.sopInstanceUID)).count == 1)
    }

    @Test("gantry tilt is measured and is no gap")
    func tilt() throws {
        let volume = try #require(Self.series("tilt").volume)
        #expect(abs(volume.stack.shearAngle - 12) < 0.01)
        #expect(volume.gapCount == 0)
        #expect(volume.affine != nil)
    }

    @Test("a missing slice is one gap")
    func gap() throws {
        let series = try Self.series("missing_slice")
        #expect(series.gapCount == 1)
        #expect(series.volume?.affine == nil)
        #expect(try Self.series("plain").gapCount == 0)
    }

    @Test("a localizer stays out of the volume")
    func localizer() throws {
        let series = try Self.series("localizer")
        #expect(series.localizers.count == 1)
        #expect(series.volumes.count == 1)
        #expect(series.volume?.count == 10)
    }

    @Test("a position that is there twice is split by acquisition number")
    func twice() throws {
        let series = try Self.series("duplicate_position")
        #expect(series.volumes.map(\.count) == [10, 1])
        #expect(series.volume?.phase == [.acquisitionNumber: "1.0"])
        #expect(series.problem == nil)
    }

    @Test("one slice alone is a volume, as thick as it says")
    func oneSlice() throws {
        let volume = try #require(Self.series("one_slice").volume)
        #expect(volume.count == 1)
        #expect(volume.sliceExtent == 2.5)
        #expect(volume.affine != nil)
    }

    @Test("frames at one position are told apart by one discriminator or by a pair, otherwise they are ambiguous")
    func phases() throws {
        let headers = try SyntheticSeries.headers("plain")
        func phased(_ phases: [[FrameDiscriminator: String]]) -> ImageSeries {
            ImageSeries(
                headers: phases.enumerated().flatMap { index, phase in
                    headers.map { $0.copy(instance: $0.sopInstanceUID + ".\(index)", discriminators: phase) }
                }
            )
        }
        let echoes = phased([[.echoTime: "10.0"], [.echoTime: "20.0"], [.echoTime: "30.0"]])
        #expect(echoes.volumes.map(\.count) == [10, 10, 10])
        #expect(echoes.volumes.map(\.phase[.echoTime]) == ["10.0", "20.0", "30.0"])
        let pairs = phased([
            [.echoTime: "1", .bValue: "0"], [.echoTime: "2", .bValue: "0"], [.echoTime: "1", .bValue: "50"],
            [.echoTime: "2", .bValue: "50"],
        ])
        #expect(pairs.volumes.map(\.count) == [10, 10, 10, 10])
        let same = phased([[:], [:]])
        #expect(same.volume == nil)
        #expect(same.problem == .ambiguous4D)
        #expect(same.ambiguous.count == 20)
    }

    @Test("a file that was exchanged since its header was read is not taken for the old one")
    func exchanged() throws {
        let headers = try SyntheticSeries.headers("plain")
        let swapped = headers.map { $0.copy(instance: $0.sopInstanceUID + "9", discriminators: [:]) }
        var reader = VolumeReader(try #require(ImageSeries(headers: swapped).volume))
        #expect(try reason { _ = try reader.slice(at: 0) } == .uidConflict)
    }

    @Test("series of pydicom's data sets: the largest group of parallel slices, in pydicom's order")
    func realSeries() throws {
        let reference = try PydicomReference.load()
        #expect(reference.series.count > 5)
        for expected in reference.series {
            let paths = expected.files.map { RawPath(PydicomReference.url($0)) }
            let headers = try paths.map { try InstanceHeader(reading: $0) }
            let series = try #require(ImageSeries.grouping(headers).first)
            #expect(series.volumes.count == expected.groups, "\(expected.series)")
            if let names = expected.volume {
                #expect(series.volume?.frames.map(\.path) == names.map { RawPath(PydicomReference.url($0)) })
            }
        }
    }

    @Test("pixel centres of real files lie where pydicom's numbers put them")
    func realGeometry() throws {
        var checked = 0
        for file in try PydicomReference.load().files where file.kind == "grey" {
            guard let places = file.geometry,
                let header = try? InstanceHeader(reading: RawPath(PydicomReference.url(file.name)))
            else { continue }
            let plane = header.frames[0].plane
            for place in places {
                let point = plane.patientPoint(column: place.column, row: place.row)
                let expected = Vector3(place.point[0], place.point[1], place.point[2])
                #expect((point - expected).length < 1e-6, "\(file.name)")
            }
            checked += 1
        }
        #expect(checked > 20)
    }
}

extension InstanceHeader {
    /// The header under another name, with other discriminators.
    fileprivate func copy(instance: String, discriminators: [FrameDiscriminator: String]) -> InstanceHeader {
        InstanceHeader(
            path: path,
            digest: digest,
            fileSize: fileSize,
            identifiers: Identifiers(
                sopClassUID: sopClassUID,
                sopInstanceUID: instance,
                studyInstanceUID: studyInstanceUID,
                seriesInstanceUID: seriesInstanceUID,
                frameOfReferenceUID: frameOfReferenceUID,
                patientIdentity: patientIdentity
            ),
            pixels: pixels,
            frames: frames.compactMap {
                FrameGeometry(size: (rows, columns), spelling: $0.spelling, discriminators: discriminators)
            },
            description: Description(modality: modality, instanceNumber: instanceNumber)
        )
    }
}
