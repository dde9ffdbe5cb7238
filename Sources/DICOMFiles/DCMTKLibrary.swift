import CDCMTK

/// The DCMTK that this program is linked with.
public enum DCMTKLibrary {
    /// The version, for example `3.6.7`.
    public static var version: String { String(cString: CDCMTK_version()) }

    /// Whether its data dictionary was found; without it no file is read.
    public static var hasDictionary: Bool { CDCMTK_dictionary_is_loaded() }
}
