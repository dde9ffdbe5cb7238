import Foundation
import Profiles
import Testing

@Suite("Of several series of a study the profile's choice is taken")
struct SeriesChoiceTests {
    private func series(
        _ id: String,
        count: Int = 10,
        spacing: Double = 3,
        kernel: String = "B30f",
        thickness: String? = "3"
    ) -> SeriesChoice.Candidate {
        SeriesChoice.Candidate(
            id: id,
            facts: axialSeries(count: count) { index, instance in
                instance["ImagePositionPatient"] = ["0", "0", String(Double(index) * spacing)]
                instance["ConvolutionKernel"] = [kernel]
                instance["SliceThickness"] = thickness.map { [$0] }
            }
        )
    }

    private func set(_ choose: String, _ more: String = "") throws -> ProfileSet {
        let text = ProfileFixture().text.replacingOccurrences(of: "</match>", with: "</match>\(more)\(choose)")
        return try ProfileSet([ProfileFixture.read(text)])
    }

    private func taken(_ choose: String, _ study: [SeriesChoice.Candidate], _ more: String = "") throws -> [String] {
        try set(choose, more).assign(study).filter { $0.profile != nil }.map(\.id)
    }

    @Test func withoutAChoiceAllAreTaken() throws {
        #expect(try taken("", [series("b"), series("a")]) == ["b", "a"])
    }

    @Test func theThinnestIsTaken() throws {
        let study = [series("a", spacing: 5), series("b", spacing: 1), series("c", spacing: 3)]
        #expect(try taken(#"<choose><smallest measure="sliceSpacing"/></choose>"#, study) == ["b"])
        #expect(try taken(#"<choose><largest measure="coverage"/></choose>"#, study) == ["a"])
        #expect(try taken(#"<choose count="2"><smallest measure="sliceSpacing"/></choose>"#, study) == ["b", "c"])
    }

    @Test func preferencesCountInTheirOrder() throws {
        let study = [series("a", count: 20, kernel: "B70f"), series("b", count: 12), series("c", count: 15)]
        let choose = """
            <choose>
                <satisfying><attribute keyword="ConvolutionKernel"><matches>B[1-4].*</matches></attribute></satisfying>
                <largest measure="sliceCount"/>
            </choose>
            """
        let assignments = try set(choose).assign(study)
        #expect(assignments.map(\.profile?.id) == [nil, nil, "test-profile"])
        #expect(assignments[0].notChosen?.contains("ConvolutionKernel matches /B[1-4].*/") == true)
        #expect(assignments[1].notChosen?.contains("largest slice count, 15 before 12") == true)
        #expect(assignments[1].outcome.profile?.id == "test-profile", "it fits all the same")
    }

    @Test func anAttributesNumberCanDecideAndAnAbsentOneComesLast() throws {
        let study = [series("a", thickness: nil), series("b", thickness: "5"), series("c", thickness: "1.25")]
        #expect(try taken(#"<choose><smallest keyword="SliceThickness"/></choose>"#, study) == ["c"])
        #expect(try taken(#"<choose count="2"><largest keyword="SliceThickness"/></choose>"#, study) == ["b", "c"])
    }

    @Test func ofEqualSeriesTheFirstInByteOrderIsTaken() throws {
        let study = [series("1.9"), series("1.10")]
        let assignments = try set(#"<choose><smallest measure="sliceSpacing"/></choose>"#).assign(study)
        #expect(assignments.map(\.profile?.id) == [nil, "test-profile"])
        #expect(assignments[0].notChosen?.contains("alike") == true)
    }

    @Test func aSeriesThatNeedsAPersonIsTakenOnlyWhereThereIsNoBetterOne() throws {
        let choose = #"<choose><smallest measure="sliceSpacing"/></choose>"#
        let check = #"<completeness><coverage minimum="25" reason="short"/></completeness>"#
        let short = series("a", spacing: 1)
        let assignments = try set(choose, check).assign([short, series("b", spacing: 5)])
        #expect(assignments.map(\.profile?.id) == [nil, "test-profile"])
        #expect(assignments[0].notChosen?.contains("needs no person's prompt") == true)
        #expect(try taken(choose, [short], check) == ["a"])
    }

    @Test func seriesOfOtherProfilesAreNoRivals() throws {
        let mr = SeriesChoice.Candidate(id: "m", facts: axialSeries { $1["Modality"] = ["MR"] })
        let assignments = try set(#"<choose><smallest measure="sliceSpacing"/></choose>"#).assign([series("a"), mr])
        #expect(assignments.map(\.profile?.id) == ["test-profile", nil])
        #expect(assignments[1].notChosen == nil)
    }

    @Test func whatAChoiceLooksAtIsAskedFor() throws {
        let choose = #"<choose><smallest keyword="ExposureTime"/></choose>"#
        #expect(try set(choose).requestedKeys.contains("ExposureTime"))
    }
}
