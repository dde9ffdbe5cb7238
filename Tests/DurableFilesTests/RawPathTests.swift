import DurableFiles
import Testing

@Suite("Paths as bytes")
struct RawPathTests {
    @Test(
        "the parent is everything before the last component, whatever slashes end or double",
        arguments: [
            ("a", "."), ("a/b", "a"), ("a/b/", "a"), ("a//b", "a"), ("/a", "/"), ("/a/", "/"), ("//a", "/"),
            ("/", "/"), ("", "."), ("a/b/c//", "a/b"),
        ])
    func whenAskingForParent_thenLastComponentIsGone(path: String, parent: String) {
        #expect(RawPath(path).parent == RawPath(parent))
    }
}
