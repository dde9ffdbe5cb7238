import DurableFiles
import Foundation
import Profiles
import TestSupport
import Testing

@Suite("What is shipped is valid and says what it should")
struct ShippedConfigurationTests {
    @Test func everyShippedProfileLoads() throws {
        let set = try ProfileSet.load(shippedProfiles)
        let files = try FileManager.default.contentsOfDirectory(atPath: shippedProfiles.displayName)
        #expect(set.profiles.count == files.count { $0.hasSuffix(".xml") })
        #expect(set.profile(id: "ct-abdomen") != nil)
    }

    @Test func ctAbdomenHasTheWindowTheAtlasAndTheSegments() throws {
        let profile = try #require(try ProfileSet.load(shippedProfiles).profile(id: "ct-abdomen"))
        #expect(profile.intensity == .window(low: -160, high: 240))
        #expect(profile.atlas == "ct-abdomen-example")
        #expect(profile.model.choice == .siteDefault)
        #expect(
            profile.segments.map(\.atlasLabel) == [
                "liver", "spleen", "kidney_left", "kidney_right", "gallbladder", "stomach", "colon", "aorta",
                "inferior_vena_cava", "autochthon_left", "autochthon_right", "vertebrae_T12",
            ]
        )
        #expect(profile.output.encoding == .binary)
        #expect(Set(profile.segments.map(\.colour)).count == profile.segments.count)
    }

    @Test func sidesOfShippedSegmentsAgreeWithTheirNames() throws {
        for profile in try ProfileSet.load(shippedProfiles).profiles {
            for segment in profile.segments {
                let side = segment.modifiers.map(\.meaning)
                #expect(segment.label.contains("left") == side.contains("Left"), "\(segment.id)")
                #expect(segment.label.contains("right") == side.contains("Right"), "\(segment.id)")
                #expect(segment.id.hasSuffix("-left") == side.contains("Left"), "\(segment.id)")
                #expect(segment.atlasLabel?.hasSuffix("_left") == side.contains("Left"), "\(segment.id)")
            }
        }
    }

    @Test func ctAbdomenTakesAxialCTAndNothingElse() throws {
        let profiles = try ProfileSet.load(shippedProfiles)
        #expect(profiles.match(axialSeries()).profile?.id == "ct-abdomen")
        #expect(profiles.match(axialSeries(count: 4)).profile == nil)
        #expect(profiles.match(axialSeries { $1["Modality"] = ["MR"] }).profile == nil)
        #expect(profiles.match(axialSeries { $1["ImageType"] = ["ORIGINAL", "PRIMARY", "LOCALIZER"] }).profile == nil)
        #expect(
            profiles.match(axialSeries { $1["ImageOrientationPatient"] = ["0", "1", "0", "0", "0", "-1"] }).profile
                == nil
        )
        #expect(profiles.requestedKeys == ["Modality", "ImageType", "ImageOrientationPatient"])
    }

    @Test func theExampleProfileInTheReadmeIsValid() throws {
        let profile = try ProfileFixture.read(try fencedBlock("xml", in: "profiles/README.md"))
        #expect(profile.id == "mr-liver-t1")
        #expect(profile.model.choice == .channel("stable"))
    }

    @Test func theExamplePromptsInTheReadmeAreValid() throws {
        let prompts = try PromptFile(json: Array(try fencedBlock("json", in: "profiles/README.md").utf8))
        #expect(prompts.segments.map(\.label) == ["Liver"])
    }

    @Test func theReadmeListsTheAttributesThatRulesMayUse() throws {
        let readme = try String(
            contentsOf: SharedFiles.repository.appending(path: "profiles/README.md"),
            encoding: .utf8
        )
        for attribute in MatchAttribute.listed {
            #expect(readme.contains("`\(attribute.key)`"), "\(attribute.key)")
        }
    }

    @Test func theShippedSiteHasItsFoldersBesideIt() throws {
        let watch = RawPath(SharedFiles.repository.appending(path: "watch").path(percentEncoded: false))
        let site = try SiteConfiguration.load(watch.appending("site.xml"))
        #expect(site.folders.incoming == watch.appending("incoming"))
        #expect(site.profiles == watch.appending("../profiles"))
        #expect(!site.ingest.deletesAfterIngest)
        #expect(try ProfileSet.load(site.profiles).profiles.isEmpty == false)
    }

    @Test func theExampleSiteInTheReadmeIsValid() throws {
        try withTemporaryFolder { folder in
            let schema = SharedFiles.repository.appending(path: "watch/site.xsd")
            try FileManager.default.copyItem(at: schema, to: folder.appending(path: "site.xsd"))
            let path = try write(try fencedBlock("xml", in: "watch/README.md"), to: "site.xml", in: folder)
            let site = try SiteConfiguration.load(path)
            #expect(site.folders.store == RawPath("/var/lib/preread/store"))
            #expect(site.workers.threads == 2)
        }
    }
}
