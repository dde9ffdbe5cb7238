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

    package func plan(_ instances: [Instance]) async throws -> PlannedSeries {
        let series = ImageSeries(headers: try instances.map { try StoredHeader.decode($0, store: store) })
        let gaps = series.gapCount
        let flags = gaps > 0 ? ["GAPS \(gaps)"] : []
        guard let volume = series.volume else {
            let problem = series.problem ?? .badGeometry
            return PlannedSeries(.unmatched(reason: problem.rawValue, message: problem.remedy), flags: flags)
        }
        let outcome = profiles.match(SeriesFacts(of: volume, in: series))
        guard let profile = outcome.profile else {
            return PlannedSeries(.unmatched(reason: "NO_PROFILE", message: outcome.reason), flags: flags)
        }
        guard let digest = try await model(profile.model) else {
            let message = "the model that profile \(profile.id) asks for is not installed"
            return PlannedSeries(.unmatched(reason: "NO_MODEL", message: message), flags: flags)
        }
        let plan = JobPlan(
            instances: members(of: volume, among: instances),
            profile: ProfileReference(id: profile.id, version: profile.version),
            modelDigest: digest
        )
        return PlannedSeries(.jobs([plan]), flags: flags)
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
