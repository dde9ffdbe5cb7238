/// What names a structure of a job in the interface, whichever segmentation it stands in: its Tracking ID, which is
/// `PROFILE/SEGMENT` for the structures of a profile, also for those that were not found.
package enum SegmentKey {
    /// The key of a segment of a file; other software may have dropped its Tracking ID.
    package static func key(trackingID: String?, trackingUID: String?, number: Int) -> String {
        if let trackingID, !trackingID.isEmpty { return trackingID }
        if let trackingUID, !trackingUID.isEmpty { return trackingUID }
        return "segment-\(number)"
    }
}

extension PlacedSegmentation.Segment {
    /// See ``SegmentKey``.
    package var key: String { SegmentKey.key(trackingID: trackingID, trackingUID: trackingUID, number: number) }
}
