import Foundation
import Profiles
import Testing

@Suite("A slice's plane comes from its direction cosines")
struct OrientationTests {
    /// A slice whose normal leans by an angle from the axis through feet and head towards the front.
    private func tilted(_ degrees: Double) -> [String] {
        let angle = degrees * .pi / 180
        return [1, 0, 0, 0, cos(angle), sin(angle)].map { String($0) }
    }

    @Test(arguments: [
        ("axial", ["1", "0", "0", "0", "1", "0"]), ("axial", ["-1", "0", "0", "0", "1", "0"]),
        ("axial", ["0", "1", "0", "-1", "0", "0"]), ("sagittal", ["0", "1", "0", "0", "0", "-1"]),
        ("coronal", ["1", "0", "0", "0", "0", "-1"]),
    ])
    func mainPlanesAreRecognised(_ plane: String, _ cosines: [String]) throws {
        let orientation = try #require(SliceOrientation(imageOrientationPatient: cosines))
        #expect(orientation.nearestPlane.rawValue == plane)
        #expect(orientation.angle(to: orientation.nearestPlane) == 0)
        for other in SliceOrientation.Plane.allCases where other != orientation.nearestPlane {
            #expect(abs(orientation.angle(to: other) - 90) < 1e-9)
        }
    }

    @Test func theAngleIsThatOfTheNormals() throws {
        let orientation = try #require(SliceOrientation(imageOrientationPatient: tilted(27)))
        #expect(abs(orientation.angle(to: .axial) - 27) < 1e-9)
        #expect(abs(orientation.angle(to: .coronal) - 63) < 1e-9)
        #expect(abs(orientation.angle(to: .sagittal) - 90) < 1e-9)
    }

    @Test(arguments: [
        [], ["1", "0", "0", "0", "1"], ["1", "0", "0", "0", "1", "x"], ["1", "0", "0", "0", "1", "inf"],
        ["1", "0", "0", "1", "0", "0"], ["2", "0", "0", "0", "2", "0"], ["0", "0", "0", "0", "0", "0"],
        ["1", "0", "0", "0.5", "0.866", "0"],
    ])
    func cosinesThatAreNoDirectionsAreNoOrientation(_ cosines: [String]) {
        #expect(SliceOrientation(imageOrientationPatient: cosines) == nil)
    }

    @Test func theToleranceBelongsToThePlane() throws {
        let rule = #"<orientation plane="axial" tolerance="10"/>"#
        #expect(try fits(rule, axialSeries { $1["ImageOrientationPatient"] = tilted(10) }))
        #expect(try fits(rule, axialSeries { $1["ImageOrientationPatient"] = tilted(-9.9) }))
        #expect(try !fits(rule, axialSeries { $1["ImageOrientationPatient"] = tilted(10.1) }))
    }

    @Test func anObliqueSeriesIsInNoPlaneOfSmallTolerance() throws {
        let oblique = axialSeries { $1["ImageOrientationPatient"] = tilted(45) }
        for plane in ["axial", "coronal", "sagittal"] {
            #expect(try !fits(#"<orientation plane="\#(plane)" tolerance="30"/>"#, oblique))
        }
        #expect(try fits(#"<orientation plane="axial" tolerance="45"/>"#, oblique))
        #expect(try fits(#"<orientation plane="coronal" tolerance="45"/>"#, oblique))
    }

    @Test func aSagittalSeriesIsSagittalOnly() throws {
        let sagittal = axialSeries { $1["ImageOrientationPatient"] = ["0", "1", "0", "0", "0", "-1"] }
        #expect(try fits(#"<orientation plane="sagittal"/>"#, sagittal))
        #expect(try !fits(#"<orientation plane="axial"/>"#, sagittal))
        #expect(try !fits(#"<orientation plane="coronal"/>"#, sagittal))
    }

    @Test func oneTiltedOrMissingOrientationFailsTheSeries() throws {
        let rule = #"<orientation plane="axial"/>"#
        let one = axialSeries { index, slice in if index == 9 { slice["ImageOrientationPatient"] = tilted(20) } }
        let none = axialSeries { index, slice in if index == 0 { slice["ImageOrientationPatient"] = nil } }
        #expect(try !fits(rule, one))
        #expect(try !fits(rule, none))
    }
}
