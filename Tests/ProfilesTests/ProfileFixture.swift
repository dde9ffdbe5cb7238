import DurableFiles
import Foundation
import Profiles
import TestSupport

/// The folder of shipped profiles.
let shippedProfiles = RawPath(SharedFiles.repository.appending(path: "profiles").path(percentEncoded: false))

/// A small valid profile, one element in each line, whose parts tests replace.
struct ProfileFixture {
    var id = "test-profile"
    var priority = 0
    var rules = #"<attribute keyword="Modality"><equals>CT</equals></attribute>"#

    var atlas = #"<atlas name="small"/>"#

    var text: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <profile schema="1" id="\(id)" version="1.0" priority="\(priority)">
            <title>Test</title>
            <match>
                \(rules)
            </match>
            <model name="tiny" precision="bf16"/>
            <intensity><window low="-160" high="240"/></intensity>
            \(atlas)
            <segments>
                <segment id="kidney-left" label="Kidney left" colour="#d9A441" atlasLabel="kidney_left">
                    <category value="123037004" scheme="SCT" meaning="Anatomical Structure"/>
                    <type value="64033007" scheme="SCT" meaning="Kidney"/>
                    <modifier value="7771000" scheme="SCT" meaning="Left"/>
                    <prompt margin="2.5" minimumArea="30"/>
                    <volume minimum="40" maximum="800"/>
                    <emit minimumPredictedIoU="0.75"/>
                    <clean largestComponent="true" fillHoles="false"/>
                    <learn enabled="false" maximumDiceLoss="0.02"/>
                </segment>
            </segments>
            <output seriesNumber="9001" seriesDescription="Preread test"/>
        </profile>
        """
    }

    func profile() throws -> Profile {
        try Self.read(text)
    }

    /// Reads a profile with the shipped schema and code table, under the name `test.xml`.
    static func read(_ text: String) throws -> Profile {
        try ProfileReader(folder: shippedProfiles).profile(bytes: Array(text.utf8), file: "test.xml")
    }

    /// What reading complains of; empty for a valid profile.
    static func problems(_ text: String) throws -> [ProfileError.Problem] {
        do {
            _ = try read(text)
            return []
        } catch let error as ProfileError {
            return error.problems
        }
    }
}

/// A series of equal axial CT slices, which tests make odd.
func axialSeries(count: Int = 10, _ change: (Int, inout [String: [String]]) -> Void = { _, _ in }) -> SeriesFacts {
    SeriesFacts(
        instances: (0..<count).map { index in
            var instance = [
                "Modality": ["CT"],
                "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
                "ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"],
                "SeriesDescription": ["Abdomen 3.0"],
                "SliceThickness": ["3.0 "],
                "PixelSpacing": ["0.7", "0.9"],
            ]
            change(index, &instance)
            return instance
        }
    )
}

/// Whether a profile with these rules fits a series.
func fits(_ rules: String, _ facts: SeriesFacts) throws -> Bool {
    let profile = try ProfileFixture(rules: rules).profile()
    return ProfileMatcher.match(facts, profiles: [profile]).profile != nil
}

/// Writes a text file into a folder.
func write(_ text: String, to name: String, in folder: URL) throws -> RawPath {
    let url = folder.appending(path: name)
    try Data(text.utf8).write(to: url)
    return RawPath(url.path(percentEncoded: false))
}

/// The text of the first fenced block of a language in a file of the repository.
func fencedBlock(_ language: String, in path: String) throws -> String {
    let text = try String(contentsOf: SharedFiles.repository.appending(path: path), encoding: .utf8)
    guard let start = text.range(of: "```\(language)\n"),
        let end = text.range(of: "\n```", range: start.upperBound..<text.endIndex)
    else { throw CocoaError(.fileReadCorruptFile) }
    return String(text[start.upperBound..<end.lowerBound])
}
