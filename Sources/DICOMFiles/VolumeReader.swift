import Geometry

/// Reads the slices of a volume one after the other; only one is in memory at a time.
public struct VolumeReader {
    /// The volume that is read.
    public let volume: ImageVolume
    /// The reader of the last file: frames of a multi-frame image share it.
    private var open: (headerIndex: Int, reader: FrameReader)?

    /// A reader that has nothing open yet.
    public init(_ volume: ImageVolume) {
        self.volume = volume
    }

    /// The number of slices.
    public var count: Int { volume.count }

    /// Modality values of a slice, rows × columns, row by row; slices are counted along the slice normal.
    ///
    /// A file that no longer holds the instance it held when its header was read is an error.
    public mutating func slice(at index: Int) throws(DICOMFileError) -> [Float] {
        let frame = volume.frames[index]
        return try reader(of: frame).modalityValues(frameAt: frame.frameIndex)
    }

    /// Stored values of a slice, as ``FrameReader/storedValues(frameAt:)`` gives them.
    public mutating func storedSlice(at index: Int) throws(DICOMFileError) -> [Int32] {
        let frame = volume.frames[index]
        return try reader(of: frame).storedValues(frameAt: frame.frameIndex)
    }

    /// Hands out every slice in the order of the stack.
    public mutating func forEachSlice(_ body: (_ index: Int, _ values: [Float]) throws -> Void) throws {
        for index in 0..<count { try body(index, slice(at: index)) }
    }

    private mutating func reader(of frame: SourceFrame) throws(DICOMFileError) -> FrameReader {
        if let open, open.headerIndex == frame.headerIndex { return open.reader }
        let reader = try FrameReader(frame.path)
        guard reader.sopInstanceUID == frame.sopInstanceUID, reader.module.rows == volume.rows,
            reader.module.columns == volume.columns, frame.frameIndex < reader.module.numberOfFrames
        else { throw DICOMFileError(.uidConflict, "The file holds another instance than before") }
        open = (frame.headerIndex, reader)
        return reader
    }
}
