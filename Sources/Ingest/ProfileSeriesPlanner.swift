import DICOMFiles
import DurableFiles
import Ledger
import Profiles

/// Plans series by the profiles of a site: one job for the largest volume, if a profile fits all of it.
package struct ProfileSeriesPlanner: SeriesPlanner {
    /// Finds the weights that a profile's choice of a model stands for now; `nil` where there is no such model.
    package typealias ModelLookup = @Sendable (ProfileModel) async throws -> ContentDigest?

    private let profiles: ProfileSet
    private let store: RawPath
    private let model: ModelLookup

    package init(profiles: ProfileSet, store: RawPath, model: @escaping ModelLookup) {
        self.profiles = profiles
        self.store = store
        self.model = model
    }

    package func decision(for instances: [Instance]) async throws -> SeriesPlan.Decision {
        let series = ImageSeries(headers: try instances.map { try StoredHeader.decode($0, store: store) })
        guard let volume = series.volume else {
            let problem = series.problem ?? .badGeometry
            return .unmatched(reason: problem.rawValue, message: problem.remedy)
        }
        let outcome = profiles.match(SeriesFacts(of: volume, in: series))
        guard let profile = outcome.profile else {
            return .unmatched(reason: "NO_PROFILE", message: outcome.reason)
        }
        guard let digest = try await model(profile.model) else {
            let message = "the model that profile \(profile.id) asks for is not installed"
            return .unmatched(reason: "NO_MODEL", message: message)
        }
        let plan = JobPlan(
            instances: members(of: volume, among: instances),
            profile: ProfileReference(profile),
            modelDigest: digest,
            flags: volume.gapCount > 0 ? ["GAPS \(volume.gapCount)"] : []
        )
        return .jobs([plan])
    }

    /// The instances of a volume in the order of its slices, a multi-frame one once.
    private func members(of volume: ImageVolume, among instances: [Instance]) -> [Instance] {
        let byUID = Dictionary(uniqueKeysWithValues: instances.map { ($0.identity.sopInstanceUID.rawValue, $0) })
        var seen: Set<String> = []
        return volume.frames.compactMap { frame in
            seen.insert(frame.sopInstanceUID).inserted ? byUID[frame.sopInstanceUID] : nil
        }
    }
}

extension ProfileReference {
    /// The profile's version with the beginning of its file's digest: a file that was edited without a new version is
    /// another profile all the same.
    package init(_ profile: Profile) {
        self.init(id: profile.id, version: "\(profile.version)+\(profile.digest.hex.prefix(8))")
    }
}

extension SeriesFacts {
    /// What the frames of a volume say of themselves; localizers and other volumes of the series have no say.
    package init(of volume: ImageVolume, in series: ImageSeries) {
        self.init(
            instances: volume.frames.map { frame in
                var facts = series.headers[frame.headerIndex].attributes
                // In a multi-frame image each frame has its own.
                facts["ImageOrientationPatient"] = frame.geometry.imageOrientationPatient
                facts["ImagePositionPatient"] = frame.geometry.imagePositionPatient
                facts["PixelSpacing"] = frame.geometry.pixelSpacing
                facts["SliceThickness"] = frame.geometry.sliceThickness.map { [$0] }
                facts["SpacingBetweenSlices"] = frame.geometry.spacingBetweenSlices.map { [$0] }
                return facts
            }
        )
    }
}
