import Foundation
import Profiles
import Testing

/// A change that makes the fixture invalid, and what has to be said of it.
struct Violation: Sendable, CustomTestStringConvertible {
    let name: String
    let old: String
    let new: String
    let line: Int
    let message: String
    let remedy: String

    var testDescription: String { name }
}

@Suite("A bad profile is refused with line and remedy")
struct ProfileValidationTests {
    @Test(arguments: schemaViolations + deeperViolations)
    func aViolationNamesItsLineAndRemedy(_ violation: Violation) throws {
        let valid = ProfileFixture().text
        #expect(valid.contains(violation.old))
        let text = valid.replacingOccurrences(of: violation.old, with: violation.new)
        let problems = try ProfileFixture.problems(text)
        let problem = try #require(problems.first { $0.message.contains(violation.message) }, "\(problems)")
        #expect(problem.file == "test.xml")
        #expect(problem.line == violation.line)
        #expect(problem.remedy.contains(violation.remedy), "\(problem.remedy)")
        #expect(problem.description.hasPrefix("test.xml:\(violation.line): "))
    }

    @Test func allProblemsOfAFileAreReportedTogether() throws {
        let text = ProfileFixture().text
            .replacingOccurrences(of: #"keyword="Modality""#, with: #"keyword="PatientName""#)
            .replacingOccurrences(of: #"low="-160""#, with: #"low="500""#)
            .replacingOccurrences(of: #"meaning="Kidney""#, with: #"meaning="Liver""#)
        #expect(try ProfileFixture.problems(text).map(\.line) == [5, 8, 13])
    }

    @Test(arguments: [
        "PatientName", "PatientID", "PatientBirthDate", "PatientAge", "AccessionNumber", "StudyDate",
        "ReferringPhysicianName", "OtherPatientIDs", "StudyInstanceUID", "PatientComments",
    ])
    func rulesOnIdentifyingAttributesAreRefused(_ keyword: String) throws {
        let rule = #"<attribute keyword="\#(keyword)"><exists/></attribute>"#
        let problem = try #require(try ProfileFixture.problems(ProfileFixture(rules: rule).text).first)
        #expect(problem.message.contains("identifies a patient"))
        #expect(problem.line == 5)
    }

    @Test(arguments: ["0010,0010", "0010,0020", "0010,0030", "0010,21B0", "0008,0050"])
    func rulesOnIdentifyingTagsAreRefused(_ tag: String) throws {
        let rule = #"<attribute tag="\#(tag)"><exists/></attribute>"#
        let problem = try #require(try ProfileFixture.problems(ProfileFixture(rules: rule).text).first)
        #expect(problem.message.contains("identifies a patient"))
    }

    static let schemaViolations = [
        Violation(
            name: "an unknown element",
            old: "<title>Test</title>",
            new: "<title>Test</title><gate/>",
            line: 3,
            message: "Element 'gate': This element is not expected",
            remedy: "Remove or rename"
        ),
        Violation(
            name: "a missing element",
            old: #"<output seriesNumber="9001" seriesDescription="Preread test"/>"#,
            new: "",
            line: 2,
            message: "<output> is missing",
            remedy: "Add the element"
        ),
        Violation(
            name: "an unknown attribute",
            old: #"<atlas name="small"/>"#,
            new: #"<atlas name="small" weight="2"/>"#,
            line: 9,
            message: "The attribute 'weight' is not allowed",
            remedy: "Remove the attribute"
        ),
        Violation(
            name: "a missing attribute",
            old: #" label="Kidney left""#,
            new: "",
            line: 11,
            message: "<segment> has no label",
            remedy: "Add the attribute"
        ),
        Violation(
            name: "an identifier in upper case",
            old: #"id="test-profile""#,
            new: #"id="Test Profile""#,
            line: 2,
            message: "'Test Profile' is not accepted by the pattern",
            remedy: "form that the pattern shows"
        ),
        Violation(
            name: "a label that is too long",
            old: #"label="Kidney left""#,
            new: #"label="\#(String(repeating: "k", count: 65))""#,
            line: 11,
            message: "exceeds the allowed maximum length of '64'",
            remedy: "as long as is asked"
        ),
        Violation(
            name: "a precision that does not exist",
            old: "bf16",
            new: "fp8",
            line: 7,
            message: "'fp8' is not an element of the set",
            remedy: "one of the values listed"
        ),
        Violation(
            name: "a number that is none",
            old: #"margin="2.5""#,
            new: #"margin="wide""#,
            line: 15,
            message: "'wide' is not a valid value of the",
            remedy: "kind that is named"
        ),
        Violation(
            name: "a number over its limit",
            old: #"minimumPredictedIoU="0.75""#,
            new: #"minimumPredictedIoU="1.5""#,
            line: 17,
            message: "greater than the maximum value allowed ('1')",
            remedy: "within the limits"
        ),
        Violation(
            name: "an edition that this version does not know",
            old: #"schema="1""#,
            new: #"schema="2""#,
            line: 2,
            message: "'2' is not an element of the set {'1'}",
            remedy: "one of the values listed"
        ),
        Violation(
            name: "an end tag that is missing",
            old: "</match>",
            new: "",
            line: 23,
            message: "tag mismatch: match line 4 and profile",
            remedy: "Correct the XML"
        ),
        Violation(
            name: "another root element",
            old: "profile",
            new: "protocol",
            line: 2,
            message: "No matching global declaration available",
            remedy: "start from a shipped file"
        ),
    ]

    static let deeperViolations = [
        Violation(
            name: "a window upside down",
            old: #"low="-160" high="240""#,
            new: #"low="240" high="240""#,
            line: 8,
            message: "low is not below high",
            remedy: "the smaller one as low"
        ),
        Violation(
            name: "a volume range upside down",
            old: #"<volume minimum="40" maximum="800"/>"#,
            new: #"<volume minimum="900" maximum="800"/>"#,
            line: 16,
            message: "minimum is above maximum",
            remedy: "Exchange"
        ),
        Violation(
            name: "a model with a name and a channel",
            old: #"name="tiny""#,
            new: #"name="tiny" channel="stable""#,
            line: 7,
            message: "a name and a channel",
            remedy: "one of the two"
        ),
        Violation(
            name: "a code that the table does not have",
            old: #"<type value="64033007""#,
            new: #"<type value="64033008""#,
            line: 13,
            message: #"(64033008, SCT, "Kidney") is not in the code table"#,
            remedy: "codes.tsv"
        ),
        Violation(
            name: "a code with another meaning",
            old: #"meaning="Kidney""#,
            new: #"meaning="Spleen""#,
            line: 13,
            message: #"does not mean "Spleen""#,
            remedy: #""Kidney""#
        ),
        Violation(
            name: "a side given as the type",
            old: #"<type value="64033007" scheme="SCT" meaning="Kidney"/>"#,
            new: #"<type value="7771000" scheme="SCT" meaning="Left"/>"#,
            line: 13,
            message: "is for a modifier, not for a type",
            remedy: "Use a type code"
        ),
        Violation(
            name: "a code of the retired scheme",
            old: #"value="64033007" scheme="SCT""#,
            new: #"value="T-71000" scheme="SRT""#,
            line: 13,
            message: "is not in the code table",
            remedy: "PS3.16"
        ),
        Violation(
            name: "an attribute that does not exist",
            old: #"keyword="Modality""#,
            new: #"keyword="Modalitiy""#,
            line: 5,
            message: "Modalitiy is not among the attributes",
            remedy: "Check the spelling"
        ),
        Violation(
            name: "an attribute named twice",
            old: #"keyword="Modality""#,
            new: #"keyword="Modality" tag="0008,0060""#,
            line: 5,
            message: "by keyword or by tag",
            remedy: "one of the two"
        ),
        Violation(
            name: "a pattern that is none",
            old: "<equals>CT</equals>",
            new: "<matches>C(T</matches>",
            line: 5,
            message: "not a regular expression",
            remedy: "Check brackets"
        ),
        Violation(
            name: "a pattern that can take for ever",
            old: "<equals>CT</equals>",
            new: "<matches>(C+)+T</matches>",
            line: 5,
            message: "can take for ever",
            remedy: "neither (a+)+"
        ),
        Violation(
            name: "a range without a limit",
            old: "<equals>CT</equals>",
            new: "<range/>",
            line: 5,
            message: "<range> has no limit",
            remedy: "Give minimum, maximum or both"
        ),
        Violation(
            name: "an image type rule that asks for nothing",
            old: #"<attribute keyword="Modality"><equals>CT</equals></attribute>"#,
            new: "<imageType/>",
            line: 5,
            message: "asks for nothing",
            remedy: "contains, excludes or both"
        ),
        Violation(
            name: "an atlas label without an atlas",
            old: #"<atlas name="small"/>"#,
            new: "",
            line: 11,
            message: "the profile has no atlas",
            remedy: "Add <atlas"
        ),
    ]
}
