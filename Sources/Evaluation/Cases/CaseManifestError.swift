import DurableFiles

/// Why a manifest of cases is not used, in words that say what to do. Nothing in it identifies a patient.
public enum CaseManifestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file cannot be read or is no manifest.
    case unreadable(String)
    /// The layout is of another version of the program.
    case format(Int)
    /// The contents are not those that were frozen.
    case tampered(stated: SHA256Digest, found: SHA256Digest)
    /// A rule that every manifest keeps is broken.
    case invalid(String)
    /// A patient has two roles that must not meet; the case is the second that names the patient.
    case leak(id: String, roles: [String])
    /// A file that the manifest names is not there.
    case missing(id: String, path: String, detail: String)
    /// A file is not the one that was frozen.
    case changed(id: String, path: String)
    /// The files are there, and do not say what the manifest says of them.
    case contradiction(id: String, detail: String)

    /// The text for people.
    public var description: String {
        switch self {
        case .unreadable(let detail): "the manifest of cases cannot be used: \(detail)"
        case .format(let format):
            "the manifest of cases has format \(format), this version reads format \(CaseManifest.format)"
        case .tampered(let stated, let found):
            "the manifest of cases was changed after it was frozen: its digest says \(stated.hex.prefix(12))…, its "
                + "contents give \(found.hex.prefix(12))…. Restore it, or freeze a new one"
        case .invalid(let detail): "the manifest of cases breaks a rule: \(detail)"
        case .leak(let id, let roles):
            "the patient of case \(id) has the roles \(roles.joined(separator: " and ")): a patient may have one"
        case .missing(let id, let path, let detail): "case \(id): \(path) cannot be read: \(detail)"
        case .changed(let id, let path): "case \(id): \(path) is not the file that was frozen. Restore it"
        case .contradiction(let id, let detail): "case \(id): \(detail)"
        }
    }
}
