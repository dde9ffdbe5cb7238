/// Writes zip files byte by byte, the honest and the hostile ones.
struct ZipAssembler {
    /// A member; what is set here replaces what would be right.
    struct Member {
        var name: String
        var contents: [UInt8]
        var flags: UInt16 = 0
        var method: UInt16 = 0
        var checksum: UInt32?
        var directorySize: UInt32?
        var directoryOffset: UInt32?
        var localName: String?
        var localSize: UInt32?
        var localChecksum: UInt32?
        var disk: UInt16 = 0

        init(_ name: String, _ contents: [UInt8]) {
            self.name = name
            self.contents = contents
        }
    }

    var members: [Member]
    /// Whether offsets, sizes and counts are written in 64 bits.
    var isWide = false
    var countAdded = 0
    var sizeAdded = 0
    var offsetAdded = 0
    var wideCountAdded = 0
    var comment: [UInt8] = []
    /// Bytes before the contents of each member, in the extra field.
    var padding = 0

    /// A file of `torch.save` with a pickle and storages by key; by default there is storage 0 with 1, 2, 3 in fp32.
    static func checkpoint(_ pickle: [UInt8], storages: [String: [UInt8]]? = nil) -> ZipAssembler {
        let numbers = [1, 2, 3].flatMap { PickleAssembler.littleEndian(Float($0).bitPattern) }
        let storages = storages ?? ["0": numbers]
        let members =
            [Member("archive/data.pkl", pickle)]
            + storages.sorted { $0.key < $1.key }.map { Member("archive/data/\($0.key)", $0.value) }
            + [Member("archive/version", Array("3\n".utf8))]
        return ZipAssembler(members: members)
    }

    var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for member in members {
            directory += directoryRecord(of: member, offset: file.count)
            file += localRecord(of: member)
        }
        let start = file.count + offsetAdded
        let size = directory.count + sizeAdded
        file += directory
        if isWide { file += wideEnd(start: start, size: size, position: file.count) }
        let count = UInt16(members.count + countAdded)
        file += little(0x0605_4B50 as UInt32) + little(0 as UInt32)
        file += little(isWide ? .max : count) + little(isWide ? .max : count)
        file += little(isWide ? .max : UInt32(size)) + little(isWide ? .max : UInt32(start))
        return file + little(UInt16(comment.count)) + comment
    }

    /// A member's header and contents as they stand in the file.
    func localRecord(of member: Member) -> [UInt8] {
        let deferred = member.flags & 8 != 0
        let sum = member.checksum ?? Self.checksum(of: member.contents)
        let size = UInt32(member.contents.count)
        let name = Array((member.localName ?? member.name).utf8)
        let described = deferred ? 0 : isWide ? UInt32.max : member.localSize ?? size
        var record = little(0x0403_4B50 as UInt32) + little(45 as UInt16) + little(member.flags)
        record += little(member.method) + little(0 as UInt32)
        record += little(deferred ? 0 : member.localChecksum ?? sum) + little(described) + little(described)
        record += little(UInt16(name.count)) + little(UInt16(padding)) + name
        record += [UInt8](repeating: 0, count: padding) + member.contents
        return deferred ? record + little(0x0807_4B50 as UInt32) + little(sum) + little(size) + little(size) : record
    }

    private func directoryRecord(of member: Member, offset: Int) -> [UInt8] {
        let sum = member.checksum ?? Self.checksum(of: member.contents)
        let size = member.directorySize ?? UInt32(member.contents.count)
        let position = member.directoryOffset ?? UInt32(offset)
        let wide = [UInt64(size), UInt64(size), UInt64(position)].flatMap(little)
        // Another extra field stands in front, to be skipped.
        let extra = isWide ? little(7 as UInt16) + little(2 as UInt16) + [9, 9] + little(1 as UInt16) + little(24 as UInt16) + wide : []
        var record = little(0x0201_4B50 as UInt32) + little(45 as UInt16) + little(45 as UInt16)
        record += little(member.flags) + little(member.method) + little(0 as UInt32) + little(sum)
        record += little(isWide ? .max : size) + little(isWide ? .max : size)
        record += little(UInt16(member.name.utf8.count)) + little(UInt16(extra.count)) + little(0 as UInt16)
        record += little(member.disk) + little(0 as UInt16) + little(0 as UInt32)
        return record + little(isWide ? .max : position) + Array(member.name.utf8) + extra
    }

    private func wideEnd(start: Int, size: Int, position: Int) -> [UInt8] {
        let count = UInt64(members.count + wideCountAdded)
        var record = little(0x0606_4B50 as UInt32) + little(44 as UInt64) + little(45 as UInt16) + little(45 as UInt16)
        record += little(0 as UInt64) + little(count) + little(count) + little(UInt64(size)) + little(UInt64(start))
        return record + little(0x0706_4B50 as UInt32) + little(0 as UInt32) + little(UInt64(position))
            + little(1 as UInt32)
    }

    private func little(_ value: some FixedWidthInteger) -> [UInt8] { PickleAssembler.littleEndian(value) }

    /// CRC-32, bit by bit.
    static func checksum(of bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum >> 1 ^ (sum & 1) &* 0xEDB8_8320 }
        }
        return ~sum
    }
}
