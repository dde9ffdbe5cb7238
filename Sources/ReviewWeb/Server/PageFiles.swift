import CReviewPage
import DurableFiles
import NIOCore

/// A file of the page, embedded in the program.
struct PageFile: Sendable {
    let mediaType: String
    let contents: ByteBuffer
    /// Of the contents, with its quotation marks.
    let entityTag: String
}

/// All files of the page by their path below `page/`.
struct PageFiles: Sendable {
    private let files: [String: PageFile]

    init() {
        var files: [String: PageFile] = [:]
        var index = 0
        while let entry = preread_page_file_at(index)?.pointee, let name = entry.name, let mediaType = entry.media_type
        {
            let bytes = UnsafeRawBufferPointer(start: entry.bytes, count: entry.length)
            files[String(cString: name)] = PageFile(
                mediaType: String(cString: mediaType),
                contents: ByteBuffer(bytes: bytes),
                entityTag: "\"\(SHA256Digest(ofMemory: bytes).hex.prefix(32))\""
            )
            index += 1
        }
        self.files = files
    }

    subscript(name: String) -> PageFile? { files[name] }

    var names: [String] { files.keys.sorted() }
}
