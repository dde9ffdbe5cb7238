import Profiles
import Testing

@Suite("Which of a profile's atlases vote")
struct FallbackAtlasTests {
    private func profile(_ atlases: String) throws -> Profile {
        var fixture = ProfileFixture()
        fixture.atlas = atlases
        return try fixture.profile()
    }

    @Test("All that are installed vote, in the order of the profile, and a fallback only without them")
    func whenAtlasesAreInstalled_thenTheyVote() throws {
        let profile = try profile(#"<atlas name="a"/><atlas name="b" fallback="true"/><atlas name="c"/>"#)
        #expect(profile.atlases == ["a", "b", "c"])
        #expect(profile.votingAtlases { _ in true } == ["a", "c"])
        #expect(profile.votingAtlases { $0 != "a" } == ["c"])
        #expect(profile.votingAtlases { $0 == "b" } == ["b"])
        #expect(profile.votingAtlases { _ in false }.isEmpty)
    }

    @Test("A profile whose atlases are all fallbacks is refused")
    func whenEveryAtlasIsAFallback_thenTheProfileIsRefused() throws {
        let error = #expect(throws: ProfileError.self) { try profile(#"<atlas name="a" fallback="true"/>"#) }
        #expect(error?.problems.first?.message == "every atlas is a fallback")
    }
}
