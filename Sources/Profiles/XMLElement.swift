/// An element of a parsed document, with everything below it, as a value.
public struct XMLElement: Sendable, Hashable {
    /// The name without a namespace: Preread's files use none.
    public let name: String
    /// Where the start tag ends in the file, counted from 1.
    public let line: Int
    /// Values by name; the attributes of XML Schema itself (`xsi:…`) are left out.
    public let attributes: [String: String]
    /// In document order.
    public let children: [XMLElement]
    /// The element's own text, white space at both ends taken off.
    public let text: String
    /// The name of the file in errors; a document that was put together from several has elements of each.
    public var file = ""

    /// The first child of a name.
    public func child(_ name: String) -> XMLElement? {
        children.first { $0.name == name }
    }
}
