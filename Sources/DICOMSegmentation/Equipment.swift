/// The equipment that makes a segmentation: the Enhanced General Equipment module (PS3.3 section C.7.5.2).
///
/// All are plain ASCII of 1 to 64 characters.
public struct Equipment: Sendable, Hashable {
    /// The maker of the product.
    public var manufacturer: String
    /// The name of the product.
    public var modelName: String
    /// What tells this installation from others.
    public var deviceSerialNumber: String
    /// One or more versions: the product's, the build's, the model's.
    public var softwareVersions: [String]

    /// Equipment from its parts.
    public init(manufacturer: String, modelName: String, deviceSerialNumber: String, softwareVersions: [String]) {
        self.manufacturer = manufacturer
        self.modelName = modelName
        self.deviceSerialNumber = deviceSerialNumber
        self.softwareVersions = softwareVersions
    }
}
