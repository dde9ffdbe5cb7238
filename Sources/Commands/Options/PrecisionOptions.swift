import ArgumentParser
import Profiles

/// In which arithmetic a network runs.
struct PrecisionOptions: ParsableArguments {
    @Option(help: "The arithmetic of the encoder: fp32, bf16 or int8. Default: what the profile names, or fp32.")
    var precision: ProfileModel.Precision?
}

extension ProfileModel.Precision: ExpressibleByArgument {}
