import CLibXML2

/// A well-formed XML document, validated against a schema where one is given.
///
/// Parsing reaches for nothing outside the bytes: no network, no files, no entities. A document type declaration is
/// refused, so there is nothing to expand.
public struct XMLDocument: Sendable, Hashable {
    /// Bytes; a larger file is refused unread. A profile of a hundred segments has about 60 kB.
    public static let sizeLimit = 1 << 20

    /// A schema and the name that errors give it.
    public struct Schema: Sendable {
        let bytes: [UInt8]
        let file: String

        /// A schema's bytes; `file` is its name in errors.
        public init(bytes: [UInt8], file: String) {
            self.bytes = bytes
            self.file = file
        }
    }

    /// The outermost element.
    public let root: XMLElement

    /// Parses and validates a document; `file` is its name in errors.
    public init(bytes: [UInt8], file: String, schema: Schema? = nil) throws(ProfileError) {
        guard bytes.count <= Self.sizeLimit else {
            throw ProfileError(
                file: file,
                "\(bytes.count) bytes are over the limit of \(Self.sizeLimit)",
                remedy: "Split the file or remove what does not belong there"
            )
        }
        let collector = ReportCollector()
        guard let document = ParsedDocument(bytes, collector) else {
            throw ProfileError(collector.problems(of: file))
        }
        if let schema { try document.validate(against: schema, file: file) }
        guard let root = document.root(file) else {
            throw ProfileError(file: file, line: 1, "there is no element", remedy: "Start from a shipped file")
        }
        self.root = root
    }
}

/// Owns libxml2's document.
private final class ParsedDocument {
    private let document: OpaquePointer

    init?(_ bytes: [UInt8], _ collector: ReportCollector) {
        let parsed = bytes.withUnsafeBytes { buffer in
            withExtendedLifetime(collector) {
                CLibXML2_document_parse(buffer.baseAddress, buffer.count, ReportCollector.callback, collector.context)
            }
        }
        guard let parsed else { return nil }
        document = parsed
    }

    deinit { CLibXML2_document_free(document) }

    func validate(against schema: XMLDocument.Schema, file: String) throws(ProfileError) {
        let collector = ReportCollector()
        let verdict = schema.bytes.withUnsafeBytes { buffer in
            withExtendedLifetime(collector) {
                CLibXML2_document_validate(
                    document,
                    buffer.baseAddress,
                    buffer.count,
                    ReportCollector.callback,
                    collector.context
                )
            }
        }
        switch verdict {
        case CLibXML2_verdict_valid: return
        case CLibXML2_verdict_invalid: throw ProfileError(collector.problems(of: file))
        default: throw ProfileError(collector.problems(of: schema.file))
        }
    }

    func root(_ file: String) -> XMLElement? {
        CLibXML2_document_root(document).map { Self.element($0, file) }
    }

    /// libxml2 limits the depth to 256 elements, so recursion is safe.
    private static func element(_ node: OpaquePointer, _ file: String) -> XMLElement {
        var children: [XMLElement] = []
        var text = ""
        var next = CLibXML2_node_first_child(node)
        while let child = next {
            switch CLibXML2_node_kind(child) {
            case CLibXML2_kind_element: children.append(element(child, file))
            case CLibXML2_kind_text: text += CLibXML2_node_text(child).map { String(cString: $0) } ?? ""
            default: break
            }
            next = CLibXML2_node_next(child)
        }
        return XMLElement(
            name: CLibXML2_node_name(node).map { String(cString: $0) } ?? "",
            line: Int(CLibXML2_node_line(node)),
            attributes: attributes(of: node),
            children: children,
            text: text.trimmingWhiteSpace(),
            file: file
        )
    }

    private static func attributes(of node: OpaquePointer) -> [String: String] {
        var attributes: [String: String] = [:]
        var next = CLibXML2_node_first_attribute(node)
        while let attribute = next {
            if CLibXML2_attribute_namespace(attribute) == nil, let name = CLibXML2_attribute_name(attribute) {
                let value = CLibXML2_attribute_copy_value(attribute)
                defer { CLibXML2_string_free(value) }
                attributes[String(cString: name)] = value.map { String(cString: $0) } ?? ""
            }
            next = CLibXML2_attribute_next(attribute)
        }
        return attributes
    }
}

extension StringProtocol {
    /// Without XML's white space (and NUL, with which DICOM pads identifiers) at both ends.
    func trimmingWhiteSpace() -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0 }
        let bytes = utf8.drop(while: isSpace)
        let kept = bytes.reversed().drop(while: isSpace).reversed()
        return String(decoding: Array(kept), as: UTF8.self)
    }
}
