import Glibc

/// Tells archives from other files that are no DICOM, by their first bytes.
enum ArchiveMagic {
    private static let signatures: [(offset: Int, bytes: [UInt8])] = [
        (0, Array("PK\u{3}\u{4}".utf8)), (0, Array("PK\u{5}\u{6}".utf8)),
        (0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),  // 7z
        (0, [0x1F, 0x8B]),  // gzip
        (0, Array("BZh".utf8)),
        (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A]),  // xz
        (0, [0x28, 0xB5, 0x2F, 0xFD]),  // zstd
        (0, Array("Rar!".utf8)),
        (257, Array("ustar".utf8)),
    ]

    /// The same failure, or ``ReasonCode/archive`` when the file starts like one.
    static func judge(_ failure: DICOMFileError, descriptor: Int32) -> DICOMFileError {
        let head = [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        let isArchive = signatures.contains { head.dropFirst($0.offset).starts(with: $0.bytes) }
        return isArchive ? DICOMFileError(.archive, "An archive, not a DICOM file") : failure
    }
}
