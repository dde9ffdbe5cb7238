import Foundation
import Profiles
import Testing

@Suite("Rules hold on every slice or not at all")
struct MatchingTests {
    private func attribute(_ keyword: String, _ test: String, _ options: String = "") -> String {
        #"<attribute keyword="\#(keyword)" \#(options)>\#(test)</attribute>"#
    }

    @Test func oneOddSliceFailsTheProfile() throws {
        let rule = attribute("Modality", "<equals>CT</equals>")
        #expect(try fits(rule, axialSeries()))
        #expect(try !fits(rule, axialSeries { index, slice in if index == 7 { slice["Modality"] = ["MR"] } }))
        #expect(try !fits(rule, axialSeries { index, slice in if index == 7 { slice["Modality"] = nil } }))
    }

    @Test func aSeriesWithoutInstancesFitsNothing() throws {
        let profile = try ProfileFixture(rules: #"<none><sliceCount minimum="5"/></none>"#).profile()
        let outcome = ProfileMatcher.match(SeriesFacts(instances: []), profiles: [profile])
        #expect(outcome.profile == nil)
    }

    @Test func equalsIsExactButForBlanksAtTheEnds() throws {
        let facts = axialSeries { $1["BodyPartExamined"] = [" ABDOMEN "] }
        #expect(try fits(attribute("BodyPartExamined", "<equals>ABDOMEN</equals>"), facts))
        #expect(try !fits(attribute("BodyPartExamined", "<equals>abdomen</equals>"), facts))
        #expect(try fits(attribute("BodyPartExamined", "<equals>abdomen</equals>", #"ignoreCase="true""#), facts))
        #expect(try !fits(attribute("BodyPartExamined", "<equals>ABDO</equals>"), facts))
    }

    @Test func oneOfTakesAnyOfTheValues() throws {
        let test = "<oneOf><value>CT</value><value>PT</value></oneOf>"
        #expect(try fits(attribute("Modality", test), axialSeries { $1["Modality"] = $0 < 3 ? ["PT"] : ["CT"] }))
        #expect(try !fits(attribute("Modality", test), axialSeries { $1["Modality"] = ["MR"] }))
    }

    @Test func aPatternHasToFitTheWholeValue() throws {
        let facts = axialSeries()
        #expect(try fits(attribute("SeriesDescription", "<matches>Abdomen .*</matches>"), facts))
        #expect(try !fits(attribute("SeriesDescription", "<matches>Abdomen</matches>"), facts))
        #expect(try !fits(attribute("SeriesDescription", "<matches>abdomen.*</matches>"), facts))
        #expect(try fits(attribute("SeriesDescription", "<matches>abdomen.*</matches>", #"ignoreCase="true""#), facts))
        #expect(try !fits(attribute("SeriesDescription", "<matches>x|Abd</matches>"), facts))
        #expect(try fits(attribute("SeriesDescription", "<matches>x|Abdomen 3\\.0</matches>"), facts))
    }

    @Test func limitsBelongToARangeAndTextIsInNone() throws {
        let facts = axialSeries()
        #expect(try fits(attribute("SliceThickness", #"<range minimum="3" maximum="5"/>"#), facts))
        #expect(try fits(attribute("SliceThickness", #"<range maximum="3.0"/>"#), facts))
        #expect(try !fits(attribute("SliceThickness", #"<range minimum="3.001"/>"#), facts))
        #expect(
            try !fits(
                attribute("SeriesDescription", #"<range minimum="-1e3"/>"#.replacing("-1e3", with: "-1000")),
                facts
            )
        )
        #expect(
            try !fits(
                attribute("SliceThickness", #"<range minimum="0"/>"#),
                axialSeries { $1["SliceThickness"] = ["nan"] }
            )
        )
    }

    @Test func everyValueOfSeveralHasToPassUnlessOneIsChosen() throws {
        let facts = axialSeries()
        #expect(try !fits(attribute("PixelSpacing", #"<range maximum="0.8"/>"#), facts))
        #expect(try fits(attribute("PixelSpacing", #"<range maximum="0.9"/>"#), facts))
        #expect(try fits(attribute("PixelSpacing", #"<range maximum="0.8"/>"#, #"value="1""#), facts))
        #expect(try !fits(attribute("PixelSpacing", "<exists/>", #"value="3""#), facts))
        #expect(try fits(attribute("ImageType", "<equals>AXIAL</equals>", #"value="3""#), facts))
    }

    @Test func anAbsentOrEmptyAttributePassesNoTestAndEveryNot() throws {
        for value in [nil, [], [""], ["  "]] as [[String]?] {
            let facts = axialSeries { $1["KVP"] = value }
            #expect(try !fits(attribute("KVP", "<exists/>"), facts))
            #expect(try !fits(attribute("KVP", #"<range minimum="0"/>"#), facts))
            #expect(try !fits(attribute("KVP", "<matches>.*</matches>"), facts))
            #expect(try fits(attribute("KVP", "<not><exists/></not>"), facts))
            #expect(try fits(attribute("KVP", "<not><equals>120</equals></not>"), facts))
        }
        #expect(try !fits(attribute("Modality", "<not><equals>CT</equals></not>"), axialSeries()))
        #expect(try fits(attribute("Modality", "<not><not><equals>CT</equals></not></not>"), axialSeries()))
    }

    @Test func notHasToHoldOnEverySliceToo() throws {
        let rule = attribute("Modality", "<not><equals>MR</equals></not>")
        #expect(try !fits(rule, axialSeries { index, slice in if index == 0 { slice["Modality"] = ["MR"] } }))
    }

    @Test func groupsAreTakenForEachSliceByItself() throws {
        let ct = attribute("Modality", "<equals>CT</equals>")
        let pt = attribute("Modality", "<equals>PT</equals>")
        let thin = attribute("SliceThickness", #"<range maximum="3"/>"#)
        let mixed = axialSeries { index, slice in if index == 2 { slice["Modality"] = ["PT"] } }
        #expect(try fits("<any>\(ct)\(pt)</any>", mixed))
        #expect(try !fits("<all>\(ct)\(thin)</all>", mixed))
        #expect(try fits("<all>\(thin)<any>\(ct)\(pt)</any></all>", mixed))
        #expect(try !fits("<none>\(pt)</none>", mixed))
        #expect(try fits("<none>\(pt)</none>", axialSeries()))
        #expect(try !fits("<none>\(pt)\(thin)</none>", axialSeries()))
        #expect(try !fits("<any>\(pt)<none>\(thin)</none></any>", axialSeries()))
    }

    @Test func sliceCountsHaveBothLimits() throws {
        let rule = #"<sliceCount minimum="5" maximum="10"/>"#
        #expect(try !fits(rule, axialSeries(count: 4)))
        #expect(try fits(rule, axialSeries(count: 5)))
        #expect(try fits(rule, axialSeries(count: 10)))
        #expect(try !fits(rule, axialSeries(count: 11)))
    }

    @Test func imageTypesAreLookedForAnywhere() throws {
        #expect(try fits(#"<imageType contains="PRIMARY ORIGINAL" excludes="LOCALIZER"/>"#, axialSeries()))
        #expect(try !fits(#"<imageType contains="PRIMARY MPR"/>"#, axialSeries()))
        #expect(try !fits(#"<imageType excludes="DERIVED AXIAL"/>"#, axialSeries()))
        let absent = axialSeries { $1["ImageType"] = nil }
        #expect(try !fits(#"<imageType contains="ORIGINAL"/>"#, absent))
        #expect(try fits(#"<imageType excludes="LOCALIZER"/>"#, absent))
    }

    @Test func attributesCanBeNamedByTag() throws {
        let facts = axialSeries { $1["00291010"] = ["SPECIAL"] }
        #expect(try fits(#"<attribute tag="0008,0060"><equals>CT</equals></attribute>"#, facts))
        #expect(try fits(#"<attribute tag="0029,1010"><equals>SPECIAL</equals></attribute>"#, facts))
        let profile = try ProfileFixture(rules: #"<attribute tag="00e1,10ab"><exists/></attribute>"#).profile()
        #expect(profile.requestedKeys == ["00E110AB"])
    }

    @Test func requestedKeysAreThoseOfAllNestedRules() throws {
        let rules = """
            <any><none><attribute keyword="KVP"><exists/></attribute></none><imageType contains="A"/></any>
            <orientation plane="axial"/><sliceCount minimum="1"/>
            """
        let profile = try ProfileFixture(rules: rules).profile()
        #expect(profile.requestedKeys == ["KVP", "ImageType", "ImageOrientationPatient"])
    }

    // MARK: - Which profile

    @Test func theHighestPriorityWins() throws {
        let low = try ProfileFixture(id: "a", priority: 1).profile()
        let high = try ProfileFixture(id: "z", priority: 2).profile()
        for profiles in [[low, high], [high, low]] {
            let outcome = ProfileMatcher.match(axialSeries(), profiles: profiles)
            #expect(outcome.profile?.id == "z")
            #expect(outcome.tied.isEmpty)
            #expect(outcome.explanations.map(\.profileID) == ["z", "a"])
        }
    }

    @Test func ofEqualPrioritiesTheFirstIdWinsAndTheOthersAreNamed() throws {
        let profiles =
            try ["b", "c", "a"].map { try ProfileFixture(id: $0, priority: 5).profile() }
            + [try ProfileFixture(id: "0", priority: 4).profile()]
        for order in [profiles, profiles.reversed()] {
            let outcome = ProfileMatcher.match(axialSeries(), profiles: order)
            #expect(outcome.profile?.id == "a")
            #expect(outcome.tied == ["b", "c"])
            #expect(outcome.reason == "profile a 1.0 (by its name; as high in priority and fitting as well: b, c)")
        }
    }

    @Test func aHigherPriorityThatDoesNotFitIsPassedOver() throws {
        let mr = #"<attribute keyword="Modality"><equals>MR</equals></attribute>"#
        let high = try ProfileFixture(id: "mr", priority: 9, rules: mr).profile()
        let low = try ProfileFixture(id: "ct").profile()
        #expect(ProfileMatcher.match(axialSeries(), profiles: [high, low]).profile?.id == "ct")
    }
}
