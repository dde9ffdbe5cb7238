import CDCMTK

/// The library that parses DICOM, for reports of what a machine has.
public enum DCMTKLibrary {
    /// The version of DCMTK, for example `3.6.7`.
    public static var version: String { String(cString: CDCMTK_version()) }

    /// Whether the data dictionary was found. Without it implicit-VR files cannot be read and keywords have no tags.
    public static var hasDictionary: Bool { CDCMTK_dictionary_is_loaded() }
}
