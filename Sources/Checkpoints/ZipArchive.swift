/// The members of a zip file that PyTorch wrote: stored, not compressed, in one piece.
///
/// Format: PKWARE APPNOTE 6.3. Every field that two readers could understand differently has to agree with its
/// counterpart, or the file is refused: names are unique, members do not overlap, local and central headers say the
/// same, the directory ends where the end record begins.
struct ZipArchive {
    /// One stored member.
    struct Member {
        /// Where its bytes lie in the file.
        let range: Range<Int>
        let checksum: UInt32
    }

    static let memberLimit = 400_000

    /// The members by name.
    let members: [String: Member]
    private let file: MappedFile

    /// Reads the directory of a mapped file; contents are looked at only by ``contents(of:)``.
    init(_ file: MappedFile) throws(CheckpointError) {
        self.file = file
        let directory = try ZipDirectory(of: file)
        var members: [String: Member] = [:]
        var extents: [Range<Int>] = []
        extents.reserveCapacity(directory.records.count)
        for record in directory.records {
            let range = try Self.locate(record, in: file, before: directory.start)
            extents.append(record.localOffset..<range.upperBound)
            guard members.updateValue(Member(range: range, checksum: record.checksum), forKey: record.name) == nil
            else { throw .malformed("the zip has two members named \(CheckpointError.quote(record.name))") }
        }
        extents.sort { $0.lowerBound < $1.lowerBound }
        for (first, second) in zip(extents, extents.dropFirst()) where first.upperBound > second.lowerBound {
            throw .malformed("members of the zip overlap at byte \(second.lowerBound)")
        }
        self.members = members
    }

    /// The bytes of a member after checking its sum, or `nil` where there is none of that name.
    func contents(of name: String) throws(CheckpointError) -> Range<Int>? {
        guard let member = members[name] else { return nil }
        guard CRC32.checksum(of: file.slice(member.range)) == member.checksum else {
            throw .malformed("the checksum of \(CheckpointError.quote(name)) is wrong: the file is damaged")
        }
        return member.range
    }

    /// The position of a member's bytes, from its local header, which must agree with the directory.
    private static func locate(
        _ record: ZipDirectory.Record,
        in file: MappedFile,
        before limit: Int
    ) throws(CheckpointError) -> Range<Int> {
        let quoted = CheckpointError.quote(record.name)
        let start = record.localOffset
        guard start <= limit - 30, file.integer(at: start, as: UInt32.self) == 0x0403_4B50,
            let flags = file.integer(at: start + 6, as: UInt16.self),
            let method = file.integer(at: start + 8, as: UInt16.self),
            let checksum = file.integer(at: start + 14, as: UInt32.self),
            let stored = file.integer(at: start + 18, as: UInt32.self),
            let size = file.integer(at: start + 22, as: UInt32.self),
            let nameLength = file.integer(at: start + 26, as: UInt16.self),
            let extraLength = file.integer(at: start + 28, as: UInt16.self)
        else { throw .malformed("zip member \(quoted) has no local header") }
        let dataStart = start + 30 + Int(nameLength) + Int(extraLength)
        guard dataStart <= limit, record.size <= limit - dataStart else {
            throw .malformed("zip member \(quoted) reaches into the directory: the file is damaged")
        }
        guard file.slice(start + 30..<start + 30 + Int(nameLength)).elementsEqual(record.name.utf8) else {
            throw .malformed("zip member \(quoted) has another name in its local header")
        }
        guard flags == record.flags, method == 0 else {
            throw .malformed("zip member \(quoted) has other flags in its local header")
        }
        // With bit 3 sum and sizes follow the data and are zero here; the sentinel says that they are 64 bits wide.
        let deferred = flags & ZipDirectory.dataDescriptorFlag != 0
        let sizes = [stored, size].allSatisfy { $0 == UInt32.max || Int($0) == record.size || (deferred && $0 == 0) }
        guard sizes, checksum == record.checksum || (deferred && checksum == 0) else {
            throw .malformed("zip member \(quoted) has another size or checksum in its local header")
        }
        return dataStart..<dataStart + record.size
    }
}
