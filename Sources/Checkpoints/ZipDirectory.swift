/// The central directory of a zip file (PKWARE APPNOTE 6.3, sections 4.3.12 to 4.3.16), 64-bit fields included.
struct ZipDirectory {
    /// What the directory says of one member.
    struct Record {
        let name: String
        let flags: UInt16
        let checksum: UInt32
        /// Length in bytes; stored and original length are the same.
        let size: Int
        let localOffset: Int
    }

    /// Bit 3: sum and sizes stand behind the data instead of before.
    static let dataDescriptorFlag: UInt16 = 1 << 3

    /// The position of the directory in the file; members lie before.
    let start: Int
    private(set) var records: [Record] = []

    init(of file: MappedFile) throws(CheckpointError) {
        let end = try EndRecord(of: file)
        start = end.directory.lowerBound
        guard end.count <= ZipArchive.memberLimit, end.count <= end.directory.count / 46 else {
            throw .malformed("the zip claims \(end.count) members")
        }
        records.reserveCapacity(end.count)
        var position = start
        for _ in 0..<end.count {
            records.append(try Self.readRecord(at: &position, of: file, until: end.directory.upperBound))
        }
        guard position == end.directory.upperBound else {
            throw .malformed("the zip directory is longer than its \(end.count) members")
        }
    }

    private static func readRecord(
        at position: inout Int,
        of file: MappedFile,
        until end: Int
    ) throws(CheckpointError) -> Record {
        let start = position
        guard start <= end - 46, file.integer(at: start, as: UInt32.self) == 0x0201_4B50,
            let flags = file.integer(at: start + 8, as: UInt16.self),
            let method = file.integer(at: start + 10, as: UInt16.self),
            let checksum = file.integer(at: start + 16, as: UInt32.self),
            let nameLength = file.integer(at: start + 28, as: UInt16.self),
            let extraLength = file.integer(at: start + 30, as: UInt16.self),
            let commentLength = file.integer(at: start + 32, as: UInt16.self),
            let disk = file.integer(at: start + 34, as: UInt16.self)
        else { throw .malformed("the zip directory is damaged at byte \(start)") }
        let nameStart = start + 46
        let extraStart = nameStart + Int(nameLength)
        position = extraStart + Int(extraLength) + Int(commentLength)
        guard position <= end else { throw .malformed("the zip directory is damaged at byte \(start)") }
        let name = try memberName(file.slice(nameStart..<extraStart))
        let quoted = CheckpointError.quote(name)
        guard method == 0, flags & 1 == 0 else {
            throw .unsupported("zip member \(quoted) is compressed or encrypted; PyTorch stores members as they are")
        }
        guard disk == 0 else { throw .unsupported("the zip is split into several files") }
        guard
            let sizes = WideFields(of: file, record: start, extra: extraStart..<extraStart + Int(extraLength)),
            sizes.stored == sizes.original, sizes.original <= file.bytes.count, sizes.localOffset <= file.bytes.count
        else { throw .malformed("zip member \(quoted) has impossible sizes") }
        return Record(
            name: name,
            flags: flags,
            checksum: checksum,
            size: Int(sizes.original),
            localOffset: Int(sizes.localOffset)
        )
    }

    /// Nothing is ever unpacked to disk; names that would leave a folder are refused as a mark of a hostile file.
    private static func memberName(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) -> String {
        guard !bytes.isEmpty, bytes.count <= 1024, let name = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("a zip member has a name that is empty, too long or not UTF-8")
        }
        let components = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard !name.utf8.contains(0), !name.utf8.contains(UInt8(ascii: "\\")), components.first?.isEmpty == false,
            !components.contains(where: { $0.elementsEqual("..".utf8) })
        else { throw .malformed("zip member \(CheckpointError.quote(name)) has a path that leaves its folder") }
        return name
    }
}

/// Where the directory lies, from the record at the very end of the file; comments are not accepted, because they let
/// two readers find different directories.
private struct EndRecord {
    let count: Int
    let directory: Range<Int>

    init(of file: MappedFile) throws(CheckpointError) {
        let position = file.bytes.count - 22
        guard file.integer(at: position, as: UInt32.self) == 0x0605_4B50,
            let disks = file.integer(at: position + 4, as: UInt32.self), disks == 0,
            let countHere = file.integer(at: position + 8, as: UInt16.self),
            let count = file.integer(at: position + 10, as: UInt16.self), countHere == count,
            let size = file.integer(at: position + 12, as: UInt32.self),
            let offset = file.integer(at: position + 16, as: UInt32.self),
            file.integer(at: position + 20, as: UInt16.self) == 0
        else { throw .malformed("the zip has no end record: the file is cut short, split or has a comment") }
        let wide = try WideEndRecord(before: position, of: file)
        let limit = wide?.position ?? position
        let total = wide?.count ?? UInt64(count)
        let start = wide?.offset ?? UInt64(offset)
        let length = wide?.size ?? UInt64(size)
        if wide != nil {
            guard count == .max || UInt64(count) == total, size == .max || UInt64(size) == length,
                offset == .max || UInt64(offset) == start
            else { throw .malformed("the two end records of the zip disagree") }
        }
        guard start <= limit, length == UInt64(limit) - start, total <= length else {
            throw .malformed("the zip directory does not end where its end record begins")
        }
        self.count = Int(total)
        directory = Int(start)..<limit
    }
}

/// The 64-bit end record (sections 4.3.14 and 4.3.15), which a locator in front of the ordinary one announces.
private struct WideEndRecord {
    let position: Int
    let count: UInt64
    let size: UInt64
    let offset: UInt64

    /// `nil` where there is no locator.
    init?(before end: Int, of file: MappedFile) throws(CheckpointError) {
        let locator = end - 20
        guard file.integer(at: locator, as: UInt32.self) == 0x0706_4B50 else { return nil }
        // The record is searched where it must be, in front of the locator, and the announced position compared.
        position = locator - 56
        guard file.integer(at: locator + 4, as: UInt32.self) == 0,
            file.integer(at: locator + 8, as: UInt64.self) == UInt64(exactly: position),
            file.integer(at: locator + 16, as: UInt32.self) == 1,
            file.integer(at: position, as: UInt32.self) == 0x0606_4B50,
            file.integer(at: position + 4, as: UInt64.self) == 44,
            file.integer(at: position + 16, as: UInt64.self) == 0,
            let countHere = file.integer(at: position + 24, as: UInt64.self),
            let count = file.integer(at: position + 32, as: UInt64.self), countHere == count,
            let size = file.integer(at: position + 40, as: UInt64.self),
            let offset = file.integer(at: position + 48, as: UInt64.self)
        else { throw .malformed("the 64-bit end record of the zip is damaged") }
        self.count = count
        self.size = size
        self.offset = offset
    }
}

/// Sizes and offset of a directory record, each from the 64-bit extra field where the short one is all ones
/// (section 4.5.3).
private struct WideFields {
    let original: UInt64
    let stored: UInt64
    let localOffset: UInt64

    init?(of file: MappedFile, record: Int, extra: Range<Int>) {
        guard let shortStored = file.integer(at: record + 20, as: UInt32.self),
            let shortOriginal = file.integer(at: record + 24, as: UInt32.self),
            let shortOffset = file.integer(at: record + 42, as: UInt32.self)
        else { return nil }
        var wide = Self.wideExtra(of: file, in: extra) ?? extra.upperBound..<extra.upperBound
        func field(_ short: UInt32) -> UInt64? {
            guard short == .max else { return UInt64(short) }
            guard wide.count >= 8, let value = file.integer(at: wide.lowerBound, as: UInt64.self) else { return nil }
            wide = wide.lowerBound + 8..<wide.upperBound
            return value
        }
        guard let original = field(shortOriginal), let stored = field(shortStored), let offset = field(shortOffset)
        else { return nil }
        self.original = original
        self.stored = stored
        localOffset = offset
    }

    /// The contents of the extra field with identifier 1.
    private static func wideExtra(of file: MappedFile, in extra: Range<Int>) -> Range<Int>? {
        var position = extra.lowerBound
        while position + 4 <= extra.upperBound, let identifier = file.integer(at: position, as: UInt16.self),
            let length = file.integer(at: position + 2, as: UInt16.self)
        {
            let end = position + 4 + Int(length)
            guard end <= extra.upperBound else { return nil }
            if identifier == 1 { return position + 4..<end }
            position = end
        }
        return nil
    }
}
