import ArgumentParser

/// The child process in which files are read for the review page; started by `serve`, not by people.
struct ReadImagesCommand: ParsableCommand {
    static let name = "read-images"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Answer questions about files named on standard input, under limits.",
        shouldDisplay: false
    )

    func run() throws {
        ImagingServer.run()
    }
}

/// The child process in which a volume is decoded for the review page; started by `serve`, not by people.
struct DecodeVolumeCommand: ParsableCommand {
    static let name = "decode-volume"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Decode the volume named on standard input into inherited memory, under limits.",
        shouldDisplay: false
    )

    func run() throws {
        VolumeServer.run()
    }
}
