import DurableFiles

/// Decides when a file is gone from the folder. Pure, as ``SettleRule``.
///
/// One scan may miss a file that is being renamed, so two in a row must.
package struct AbsenceRule {
    private var missed: Set<RawPath> = []

    package init() {}

    /// Takes in a whole scan, and answers the known names that are gone, in their order.
    ///
    /// A scan that could not read everything must not be reported here: what it did not see may still be there.
    package mutating func gone(of known: some Collection<RawPath>, present: Set<RawPath>) -> [RawPath] {
        let absent = Set(known.filter { !present.contains($0) })
        let gone = absent.intersection(missed)
        missed = absent.subtracting(gone)
        return gone.sorted()
    }
}
