import DurableFiles

/// Reads files that a site's administrator writes.
enum ConfigurationFile {
    /// The whole file, refused above 1 MiB, and refused when it is a link or a device.
    static func read(_ path: RawPath, what: String) throws(ProfileError) -> [UInt8] {
        do throws(FileError) {
            return try ReadOnlyFile(path, subject: what).readAll(limit: XMLDocument.sizeLimit)
        } catch {
            throw ProfileError.unreadable(path, what: what, error)
        }
    }

    /// A schema that lies beside the files that it describes.
    static func schema(_ path: RawPath) throws(ProfileError) -> XMLDocument.Schema {
        XMLDocument.Schema(bytes: try read(path, what: "schema"), file: path.displayName)
    }
}
