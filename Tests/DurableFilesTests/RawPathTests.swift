import DurableFiles
import Testing

@Suite("Paths as bytes")
struct RawPathTests {
    @Test(
        "the parent is everything before the last component, whatever slashes end or double",
        arguments: [
            ("a", "."), ("a/b", "a"), ("a/b/", "a"), ("a//b", "a"), ("/a", "/"), ("/a/", "/"), ("//a", "/"),
            ("/", "/"), ("", "."), ("a/b/c//", "a/b"), (".", "."), ("../a", ".."),
        ]
    )
    func whenAskingForParent_thenLastComponentIsGone(path: String, parent: String) {
        #expect(RawPath(path).parent == RawPath(parent))
    }

    @Test(
        "the last component is what follows the last slash with something behind it",
        arguments: [("a", "a"), ("a/b", "b"), ("a/b/", "b"), ("/", ""), ("", "")]
    )
    func whenAskingForLastComponent_thenItIsThat(path: String, component: String) {
        #expect(RawPath(path).lastComponent == RawPath(component))
    }

    @Test("components are joined by one slash")
    func whenAppending_thenOneSlashIsBetween() {
        #expect(RawPath("a").appending("b") == RawPath("a/b"))
        #expect(RawPath("a/").appending("b") == RawPath("a/b"))
        #expect(RawPath("/").appending("b") == RawPath("/b"))
        #expect(RawPath("").appending("b") == RawPath("b"))
    }

    @Test("a path ends at the first NUL")
    func whenBytesHoldNUL_thenPathEndsThere() {
        #expect(RawPath(bytes: [0x61, 0, 0x62]) == RawPath("a"))
    }

    @Test("suffixes are compared without case, and only letters have case")
    func whenComparingSuffix_thenOnlyLettersFold() {
        #expect(RawPath("image.DCM").hasSuffix(".dcm"))
        #expect(RawPath("image.dcm").hasSuffix(".DCM"))
        #expect(!RawPath("dcm").hasSuffix(".dcm"))
        #expect(!RawPath(bytes: Array("image".utf8) + [0x0E] + Array("dcm".utf8)).hasSuffix(".dcm"))
        #expect(!RawPath("x{").hasSuffix("["))
    }

    @Test("names that are not UTF-8 or hold control characters are shown by their bytes")
    func whenNameIsNotPrintable_thenBytesAreShown() {
        #expect(RawPath("Größe").displayName == "Größe")
        #expect(RawPath(bytes: [0x61, 0xFF, 0x62]).displayName == "a\\xffb")
        #expect(RawPath("a\nb").displayName == "a\\x0ab")
        #expect(RawPath("a\u{85}b").displayName == "a\\xc2\\x85b")
    }

    @Test("paths are ordered by their bytes")
    func whenSorting_thenBytesDecide() {
        #expect(RawPath("Z") < RawPath("a"))
        #expect(RawPath("a") < RawPath("a/b"))
        #expect(!(RawPath("a") < RawPath("a")))
    }

    @Test("bytes become two digits each")
    func whenWritingHexadecimal_thenEveryByteHasTwoDigits() {
        #expect(hexadecimal([0, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
    }
}
