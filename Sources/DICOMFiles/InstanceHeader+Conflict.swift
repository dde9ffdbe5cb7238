extension InstanceHeader {
    /// Why this file cannot stand beside another one that is already stored; `nil` when it can.
    ///
    /// The same bytes are ``ReasonCode/duplicateSame``. One SOP Instance UID with two contents is a
    /// ``ReasonCode/uidConflict``. Two patients in one study, or one series or instance in two studies, is an
    /// ``ReasonCode/identityConflict`` of the whole study.
    public func conflict(with stored: InstanceHeader) -> ReasonCode? {
        if digest == stored.digest { return .duplicateSame }
        if sopInstanceUID == stored.sopInstanceUID {
            return studyInstanceUID == stored.studyInstanceUID ? .uidConflict : .identityConflict
        }
        if studyInstanceUID == stored.studyInstanceUID, patientIdentity != stored.patientIdentity {
            return .identityConflict
        }
        if seriesInstanceUID == stored.seriesInstanceUID, studyInstanceUID != stored.studyInstanceUID {
            return .identityConflict
        }
        return nil
    }
}
