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
        #expect(set.profiles.count + set.inactive.count == files.count { $0.hasSuffix(".xml") })
        #expect(set.profiles.map(\.id) == ["ct-abdomen", "ct-chest", "ct-pelvis", "mr-abdomen", "mr-brain"])
        #expect(set.inactive.map(\.id) == ["template"])
        let numbers = set.profiles.map(\.output.seriesNumber)
        #expect(Set(numbers).count == numbers.count, "results of two profiles can be told apart")
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
        let head = axialSeries { $1["BodyPartExamined"] = ["HEAD"] }
        #expect(profiles.match(head).profile == nil)
    }

    @Test func theTemplateShowsEveryElementAndAttributeOfTheSchema() throws {
        func text(_ name: String) throws -> String {
            try String(contentsOf: SharedFiles.repository.appending(path: "profiles/\(name)"), encoding: .utf8)
        }
        let (schema, template) = (try text("profile.xsd"), try text("template.xml"))
        for match in schema.matches(of: /<xs:(element|attribute) name="([A-Za-z0-9]+)"/) {
            let name = match.output.2
            // The other of two that exclude each other stand in comments.
            let isShown = match.output.1 == "element" ? template.contains("<\(name)") : template.contains(name)
            #expect(isShown, "\(name)")
        }
        let set = try ProfileSet.load(shippedProfiles)
        let whole = template.replacing(#"active="false""#, with: #"active="true""#)
        #expect(try ProfileFixture.problems(whole).isEmpty)
        #expect(set.match(axialSeries(count: 20)).explanations.map(\.profileID).contains("template") == false)
    }

    @Test func chestAndPelvisAreTakenWhereTheyAreNamedAlone() throws {
        let profiles = try ProfileSet.load(shippedProfiles)
        func chosen(_ part: String?, _ description: String) -> String? {
            profiles.match(
                axialSeries {
                    $1["BodyPartExamined"] = part.map { [$0] }
                    $1["SeriesDescription"] = [description]
                }
            ).profile?.id
        }
        #expect(chosen("CHEST", "Thorax 1.0") == "ct-chest")
        #expect(chosen(nil, "CHEST 1.0 Br40") == "ct-chest")
        #expect(chosen("CHEST", "Chest Abdomen 3.0") == "ct-abdomen")
        #expect(chosen("PELVIS", "Pelvis 3.0") == "ct-pelvis")
        #expect(chosen("PELVIS", "Abdomen Pelvis 3.0") == "ct-abdomen")
        #expect(chosen("ABDOMEN", "portal venous") == "ct-abdomen")
    }

    @Test func magneticResonanceIsTakenByRegionAndKind() throws {
        let profiles = try ProfileSet.load(shippedProfiles)
        func chosen(_ count: Int, _ part: String, _ description: String, _ echoTime: String) -> String? {
            profiles.match(
                axialSeries(count: count) {
                    $1["Modality"] = ["MR"]
                    $1["BodyPartExamined"] = [part]
                    $1["SeriesDescription"] = [description]
                    $1["EchoTime"] = [echoTime]
                }
            ).profile?.id
        }
        #expect(chosen(30, "LIVER", "t1_vibe_fs", "2.3") == "mr-abdomen")
        #expect(chosen(30, "ABDOMEN", "DWI b800", "60") == nil)
        #expect(chosen(176, "HEAD", "T1 MPRAGE", "2.9") == "mr-brain")
        #expect(chosen(176, "HEAD", "FLAIR 3D", "320") == nil)
        #expect(chosen(24, "HEAD", "t1_se", "9") == nil, "thick slices are no brain in three dimensions")
    }

    @Test func whatCTPelvisHasFromCTAbdomenIsTheSame() throws {
        let set = try ProfileSet.load(shippedProfiles)
        let abdomen = try #require(set.profile(id: "ct-abdomen"))
        let pelvis = try #require(set.profile(id: "ct-pelvis"))
        #expect(pelvis.parentID == "ct-abdomen" && pelvis.atlases == abdomen.atlases)
        #expect(pelvis.intensity == abdomen.intensity && pelvis.requirements == abdomen.requirements)
        #expect(Array(pelvis.rules.prefix(abdomen.rules.count)) == abdomen.rules)
        #expect(Set(pelvis.segments.map(\.id)).isDisjoint(with: ["liver", "spleen"]))
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
