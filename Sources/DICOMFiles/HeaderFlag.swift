/// What is worth knowing about an accepted file. The raw values are what ledgers and reports show.
public enum HeaderFlag: String, Sendable, Hashable, Codable, CaseIterable {
    /// No file meta information: the transfer syntax was guessed.
    case noMeta = "NO_META"
    /// The pixels have been compressed with loss at some time.
    case lossy = "LOSSY"
    /// The preamble could be a program (CVE-2019-11687). It is never run.
    case preamble = "PREAMBLE"
    /// CT or PET without a rescale: slope 1 and intercept 0 are assumed.
    case noRescale = "NO_RESCALE"
    /// The text is not in the character set that the file names, or the name is unknown.
    case charset = "CHARSET"
}
