import DurableFiles
import Foundation
import Profiles
import TestSupport
import Testing

@Suite("A site file is read relative to its folder")
struct SiteConfigurationTests {
    /// Reads a site with these elements from a folder; the body gets the folder and the site.
    private func withSite(_ elements: String, _ body: (RawPath, SiteConfiguration) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(
                at: SharedFiles.repository.appending(path: "watch/site.xsd"),
                to: folder.appending(path: "site.xsd")
            )
            let path = try write("<site schema=\"1\">\n\(elements)\n</site>", to: "site.xml", in: folder)
            try body(path.parent, try SiteConfiguration.load(path))
        }
    }

    private func problems(_ elements: String) throws -> [ProfileError.Problem] {
        do {
            try withSite(elements) { _, _ in }
            return []
        } catch let error as ProfileError {
            return error.problems
        }
    }

    @Test func anEmptySiteHasAllDefaults() throws {
        try withSite("") { folder, site in
            #expect(site.folders.incoming == folder.appending("incoming"))
            #expect(site.folders.annotated == folder.appending("annotated"))
            #expect(site.folders.corrected == folder.appending("corrected"))
            #expect(site.folders.rejected == folder.appending("rejected"))
            #expect(site.folders.store == folder.appending("store"))
            #expect(site.ledger == folder.appending("ledger.sqlite"))
            #expect(site.profiles == folder.appending("../profiles"))
            #expect(site.models == folder.appending("../models"))
            #expect(site.defaultModel == nil)
            #expect(site.precision == .fp32)
            #expect(site.ingest.settleSeconds == 10)
            #expect(site.ingest.studyQuietSeconds == 30)
            #expect(site.ingest.pollSeconds == 2)
            #expect(!site.ingest.deletesAfterIngest)
            #expect(site.workers.count == 1)
            #expect(site.workers.threads == nil)
            #expect(site.training.folder == folder.appending("training"))
            #expect(site.training.schedule == nil)
            #expect(site.training.afterCorrections == nil)
            #expect(site.training.scope == "decoder")
            #expect(site.training.minutes == 240)
            #expect(site.training.memoryMB == 6_000)
            #expect(site.training.threads == nil)
            #expect(site.training.minimumCases == 10)
            #expect(site.training.minimumPatients == 4)
            #expect(site.training.promotes)
            #expect(site.training.shadowSeries == 0)
            #expect(site.logLevel == .info)
            #expect(site == SiteConfiguration.defaults(in: folder))
        }
    }

    @Test func everythingCanBeSetInAnyOrder() throws {
        let elements = """
            <log level="debug"/>
            <training folder="/t" every="Sun 02:00" afterCorrections="20" scope="adapter" minutes="30" memoryMB="4000"
                      threads="1" minimumCases="3" minimumPatients="2" promote="false" shadowSeries="5"/>
            <workers count="2" threads="4"/>
            <ingest settleSeconds="0.5" studyQuietSeconds="1" pollSeconds="0.1" deleteAfterIngest="true"/>
            <models folder="/m" default="sam-med2d_b" precision="bf16"/>
            <profiles folder="p"/>
            <ledger sqlite="/var/l.sqlite"/>
            <folders incoming="/data/in" store="Ablage ä/store"/>
            """
        try withSite(elements) { folder, site in
            #expect(site.folders.incoming == RawPath("/data/in"))
            #expect(site.folders.annotated == folder.appending("annotated"))
            #expect(site.folders.store == folder.appending("Ablage ä/store"))
            #expect(site.ledger == RawPath("/var/l.sqlite"))
            #expect(site.profiles == folder.appending("p"))
            #expect(site.models == RawPath("/m"))
            #expect(site.defaultModel == "sam-med2d_b")
            #expect(site.precision == .bf16)
            #expect(site.ingest.settleSeconds == 0.5)
            #expect(site.ingest.studyQuietSeconds == 1)
            #expect(site.ingest.pollSeconds == 0.1)
            #expect(site.ingest.deletesAfterIngest)
            #expect(site.workers.count == 2)
            #expect(site.workers.threads == 4)
            #expect(site.logLevel == .debug)
            #expect(site.training.folder == RawPath("/t"))
            #expect(site.training.schedule?.description == "Sun 02:00")
            #expect(site.training.afterCorrections == 20)
            #expect(site.training.scope == "adapter")
            #expect(site.training.minutes == 30)
            #expect(site.training.memoryMB == 4_000)
            #expect(site.training.threads == 1)
            #expect(site.training.minimumCases == 3)
            #expect(site.training.minimumPatients == 2)
            #expect(!site.training.promotes)
            #expect(site.training.shadowSeries == 5)
        }
    }

    @Test(arguments: [
        (#"<review port="80"/>"#, "Element 'review': This element is not expected"),
        (#"<folders inbox="x"/>"#, "The attribute 'inbox' is not allowed"),
        (#"<ingest settleSeconds="-1"/>"#, "less than the minimum value allowed"),
        (#"<ingest pollSeconds="0"/>"#, "less than the minimum value allowed"),
        (#"<ingest deleteAfterIngest="yes"/>"#, "is not an element of the set"),
        (#"<workers count="many"/>"#, "is not a valid value"),
        (#"<log level="loud"/>"#, "is not an element of the set"),
        (#"<folders incoming=""/>"#, "minimum length"),
        (#"<training every="Sunday 02:00"/>"#, "is not a time of the day or week"),
        (#"<training every="daily 24:00"/>"#, "is not a time of the day or week"),
        (#"<training every="Mon 2:00"/>"#, "is not a time of the day or week"),
        (#"<training scope="everything"/>"#, "is not an element of the set"),
        (#"<training minimumPatients="1"/>"#, "less than the minimum value allowed"),
        (#"<training minutes="0"/>"#, "must be greater than"),
        (#"<training folder="store"/>"#, "training is the same place as store"),
        (#"<models default="../x"/>"#, "is not accepted by the pattern"),
        (#"<folders store="incoming"/>"#, "store is the same place as incoming"),
        (#"<folders store="a/../incoming/."/>"#, "store is the same place as incoming"),
        (#"<folders store="incoming/store"/>"#, "store lies inside the watched folder incoming"),
        (#"<ledger sqlite="corrected/ledger.sqlite"/>"#, "ledger lies inside the watched folder corrected"),
        (#"<folders incoming="."/>"#, "lies inside the watched folder incoming"),
    ])
    func aBadSiteIsRefusedAtItsLine(_ element: String, _ message: String) throws {
        let problem = try #require(try problems(element).first { $0.message.contains(message) })
        #expect(problem.file.hasSuffix("site.xml"))
        #expect(problem.line == 2 || element.contains(#"incoming=".""#))
        #expect(!problem.remedy.isEmpty)
    }

    @Test func aSiteWithoutItsSchemaIsRefused() throws {
        try withTemporaryFolder { folder in
            let path = try write(#"<site schema="1"/>"#, to: "site.xml", in: folder)
            #expect(throws: ProfileError.self) { try SiteConfiguration.load(path) }
        }
    }

    @Test func aDocumentTypeInASiteIsRefused() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.copyItem(
                at: SharedFiles.repository.appending(path: "watch/site.xsd"),
                to: folder.appending(path: "site.xsd")
            )
            let text = #"<!DOCTYPE site [<!ENTITY x SYSTEM "file:///etc/hostname">]><site schema="1"/>"#
            let path = try write(text, to: "site.xml", in: folder)
            #expect(throws: ProfileError.self) { try SiteConfiguration.load(path) }
        }
    }
}
