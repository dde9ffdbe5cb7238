// swift-tools-version: 6.2
import PackageDescription

// MARK: - Settings

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Numeric targets are optimised in debug builds too: unoptimised loops make the tests crawl.
let hot: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let kernels: [CSetting] = [
    .unsafeFlags(["-O3", "-ffp-contract=off", "-fno-math-errno", "-fopenmp-simd", "-Wall", "-Wextra", "-Werror"])
]

let dcmtkLibraries = ["dcmjpls", "dcmjpeg", "dcmimgle", "dcmdata", "oflog", "ofstd", "z"]

// MARK: - Package

let package = Package(
    name: "preread",
    products: [
        .executable(name: "preread", targets: ["preread"]),
        .executable(name: "Benchmarks", targets: ["Benchmarks"]),
        .executable(name: "Quality", targets: ["Quality"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.5.1"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // MARK: - C

        .target(
            name: "COpenBLAS",
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("openblas")]
        ),
        .target(
            name: "COneDNN",
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("dnnl")]
        ),
        .target(name: "CKernels", cSettings: kernels, linkerSettings: [.linkedLibrary("m")]),
        .target(
            name: "CLibXML2",
            cSettings: [.unsafeFlags(["-I/usr/include/libxml2"])],
            linkerSettings: [.linkedLibrary("xml2")]
        ),
        .systemLibrary(name: "COpenJPEG", pkgConfig: "libopenjp2", providers: [.apt(["libopenjp2-7-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "CDCMTK",
            dependencies: ["COpenJPEG"],
            cxxSettings: [.define("HAVE_CONFIG_H"), .unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: dcmtkLibraries.map { .linkedLibrary($0) }
        ),

        .target(name: "CLinux", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .target(
            name: "CReviewPage",
            exclude: ["page"],
            cSettings: [.unsafeFlags(["-std=c23", "-Wall", "-Wextra", "-Werror"])]
        ),

        // MARK: - Leaves

        .target(
            name: "DurableFiles",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(name: "Geometry", swiftSettings: hot),
        .target(name: "Ledger", swiftSettings: strict),

        // MARK: - Networks

        .target(name: "Tensors", dependencies: ["COpenBLAS", "COneDNN", "CKernels", "CLinux"], swiftSettings: hot),
        .target(
            name: "Inference",
            dependencies: ["COneDNN", "CKernels", "Tensors", "DurableFiles"],
            swiftSettings: hot
        ),
        .target(name: "Checkpoints", dependencies: ["Tensors", "DurableFiles"], swiftSettings: hot),
        .target(name: "SegmentAnything", dependencies: ["Tensors", "Inference", "Checkpoints"], swiftSettings: hot),
        .target(
            name: "SAMMed2D",
            dependencies: ["SegmentAnything", "Tensors", "Inference", "Checkpoints", "CKernels"],
            swiftSettings: hot
        ),
        .target(
            name: "LiteMedSAM",
            dependencies: ["SegmentAnything", "Tensors", "Inference", "Checkpoints", "CKernels"],
            swiftSettings: hot
        ),

        .target(
            name: "Training",
            dependencies: ["SegmentAnything", "Tensors", "Checkpoints", "CKernels", "DurableFiles"],
            swiftSettings: hot
        ),

        // MARK: - DICOM

        .target(name: "DICOMFiles", dependencies: ["CDCMTK", "Geometry", "DurableFiles"], swiftSettings: hot),
        .target(
            name: "DICOMSegmentation",
            dependencies: ["CDCMTK", "DICOMFiles", "Geometry", "DurableFiles"],
            swiftSettings: hot
        ),

        // MARK: - Profiles, priors, work

        .target(name: "Atlas", dependencies: ["Geometry", "Tensors", "DurableFiles", "CZlib"], swiftSettings: hot),
        .target(name: "Profiles", dependencies: ["CLibXML2", "Atlas", "DurableFiles"], swiftSettings: strict),
        .target(
            name: "LedgerSQLite",
            dependencies: ["Ledger", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .target(
            name: "Ingest",
            dependencies: [
                "DICOMFiles", "Profiles", "Ledger", "DurableFiles",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Corrections",
            dependencies: [
                "DICOMFiles", "DICOMSegmentation", "Geometry", "Ledger", "Ingest", "DurableFiles",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Pipeline",
            dependencies: [
                "SegmentAnything", "DICOMFiles", "DICOMSegmentation", "Geometry", "Profiles", "Atlas", "Ledger",
                "Tensors", "DurableFiles", "CPNG",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: hot
        ),
        .target(
            name: "Evaluation",
            dependencies: [
                "Pipeline", "Training", "SegmentAnything", "Tensors", "Checkpoints", "DICOMFiles", "DICOMSegmentation",
                "Geometry", "Atlas", "Profiles", "DurableFiles",
            ],
            swiftSettings: hot
        ),

        .target(
            name: "ReviewWeb",
            dependencies: [
                "CReviewPage", "CLinux", "Ledger", "DICOMFiles", "DICOMSegmentation", "Geometry", "DurableFiles",
                "CPNG",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: hot
        ),

        // MARK: - Programs

        .target(
            name: "Commands",
            dependencies: [
                "Tensors", "Inference", "Checkpoints", "SegmentAnything", "SAMMed2D", "LiteMedSAM", "DICOMFiles",
                "DICOMSegmentation", "Geometry", "Atlas", "Profiles", "Ledger", "LedgerSQLite", "Ingest", "Pipeline",
                "Evaluation", "Training", "Corrections", "ReviewWeb", "DurableFiles",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(name: "preread", dependencies: ["Commands"], swiftSettings: strict),
        .executableTarget(
            name: "Quality",
            dependencies: [
                "Atlas", "Checkpoints", "DurableFiles", "Evaluation", "Geometry", "LiteMedSAM", "Pipeline",
                "SegmentAnything",
            ],
            swiftSettings: hot
        ),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Tensors", "Inference", "Checkpoints", "SegmentAnything", "SAMMed2D", "LiteMedSAM", "Training",
                "DurableFiles",
            ],
            swiftSettings: hot
        ),

        // MARK: - Tests

        .target(
            name: "TestSupport",
            dependencies: ["DurableFiles", "Tensors"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "GeometryTests", dependencies: ["Geometry"], swiftSettings: strict),
        .testTarget(
            name: "TensorsTests",
            dependencies: ["Tensors", "COpenBLAS", "CKernels", "TestSupport"],
            swiftSettings: hot
        ),
        .testTarget(
            name: "InferenceTests",
            dependencies: ["Inference", "Tensors", "CKernels", "COneDNN", "DurableFiles", "TestSupport"],
            swiftSettings: hot
        ),
        .testTarget(
            name: "CheckpointsTests",
            dependencies: ["Checkpoints", "Tensors", "DurableFiles", "TestSupport"],
            swiftSettings: hot
        ),
        .testTarget(
            name: "SAMMed2DTests",
            dependencies: ["SAMMed2D", "SegmentAnything", "Tensors", "Checkpoints", "TestSupport"],
            swiftSettings: hot
        ),
        .testTarget(
            name: "LiteMedSAMTests",
            dependencies: ["LiteMedSAM", "SegmentAnything", "Tensors", "Checkpoints", "TestSupport"],
            swiftSettings: hot
        ),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "SAMMed2D", "LiteMedSAM", "SegmentAnything", "Tensors", "Checkpoints", "CKernels",
                "DurableFiles", "TestSupport",
            ],
            swiftSettings: hot
        ),
        .testTarget(
            name: "DICOMFilesTests",
            dependencies: ["DICOMFiles", "Geometry", "DurableFiles", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DICOMSegmentationTests",
            dependencies: ["DICOMSegmentation", "DICOMFiles", "Geometry", "DurableFiles", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AtlasTests",
            dependencies: ["Atlas", "Geometry", "Tensors", "DurableFiles", "TestSupport"],
            swiftSettings: hot
        ),
        .testTarget(
            name: "ProfilesTests",
            dependencies: ["Profiles", "Atlas", "DurableFiles", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "Ledger", "LedgerSQLite", "DurableFiles", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IngestTests",
            dependencies: [
                "Ingest", "Ledger", "LedgerSQLite", "DICOMFiles", "Profiles", "DurableFiles", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Evaluation", "Training", "SegmentAnything", "Tensors", "Checkpoints", "DICOMFiles",
                "DICOMSegmentation",
                "Geometry", "DurableFiles", "TestSupport",
            ],
            swiftSettings: hot
        ),
        .testTarget(
            name: "CorrectionsTests",
            dependencies: [
                "Corrections", "Ingest", "Ledger", "LedgerSQLite", "DICOMFiles", "DICOMSegmentation", "Geometry",
                "DurableFiles", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ReviewWebTests",
            dependencies: [
                "ReviewWeb", "CReviewPage", "Ledger", "LedgerSQLite", "DICOMFiles", "DICOMSegmentation", "Geometry",
                "DurableFiles",
                "TestSupport",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Pipeline", "Evaluation", "Training", "SegmentAnything", "Tensors", "Checkpoints", "Ledger",
                "DICOMFiles",
                "DICOMSegmentation", "Geometry", "Atlas", "Profiles", "DurableFiles", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "Commands", "SegmentAnything", "Tensors", "Checkpoints", "Atlas", "DICOMFiles", "DICOMSegmentation",
                "Geometry", "Profiles", "Pipeline", "Evaluation", "Corrections", "Ingest", "ReviewWeb", "Ledger",
                "LedgerSQLite", "DurableFiles", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
    ],
    cxxLanguageStandard: .cxx17
)
