import Checkpoints
import Foundation
import Tensors
import Testing

@Suite("Safetensors headers that are not trusted")
struct SafetensorsHeaderTests {
    private static let entry = #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

    private static func file(_ header: String, data: Int = 8) -> [UInt8] {
        file(bytes: Array(header.utf8), data: data)
    }

    private static func file(bytes: [UInt8], data: Int = 8, length: UInt64? = nil) -> [UInt8] {
        PickleAssembler.littleEndian(length ?? UInt64(bytes.count)) + bytes + [UInt8](repeating: 0, count: data)
    }

    @Test(
        "honest headers are read, whatever their spacing, escapes and order",
        arguments: [
            #"{"w":\#(entry)}"#,
            #" {"w":\#(entry)}"#.trimmingCharacters(in: .whitespaces) + "      \n\t\r ",
            #"{ "w" : { "data_offsets" : [ 0 , 8 ] , "shape" : [ 2 ] , "dtype" : "F32" } }"#,
            #"{"\u0077":\#(entry)}"#,
            #"{"__metadata__":{"a\ud83d\ude00\n\"":"é\/\b\f\r\t\\"},"w":\#(entry)}"#,
            #"{"__metadata__":{},"w":\#(entry)}"#,
            #"{"w":{"dtype":"F32","shape":[2,1,1],"data_offsets":[0,8]}}"#,
            #"{"e":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},"w":\#(entry)}"#,
            #"{"w":\#(entry),"e":{"dtype":"I64","shape":[3,0],"data_offsets":[8,8]}}"#,
        ])
    func whenHeaderIsHonest_thenTensorIsRead(header: String) throws {
        #expect(try load(Self.file(header)).tensors["w"]?.values == [0, 0])
    }

    @Test("each lying header is refused with a reason", arguments: lies.keys.sorted())
    func whenHeaderLies_thenItIsRefused(name: String) throws {
        let bytes = try #require(Self.lies[name])
        let error = #expect(throws: CheckpointError.self) { try load(bytes) }
        #expect((error?.description.utf8.count ?? 0) < 1000)
    }

    static let lies: [String: [UInt8]] = texts.mapValues { file($0) }.merging(structures) { one, _ in one }

    private static let structures: [String: [UInt8]] = [
        "length beyond the file": file(bytes: Array("{}".utf8), length: 1000),
        "length of 2^63": file(bytes: Array("{}".utf8), length: 1 << 63),
        "length of 2^64 - 1": file(bytes: Array("{}".utf8), length: .max),
        "length over the limit": file(bytes: Array("{".utf8) + [UInt8](repeating: 0x20, count: 17 << 20)),
        "length of nothing": file(bytes: Array("{".utf8), length: 0),
        "data that belong to nothing": file("{}"),
        "data after the tensors": file(#"{"w":\#(entry)}"#, data: 9),
        "data that are missing": file(#"{"w":\#(entry)}"#, data: 7),
        "name that is not UTF-8": file(bytes: Array(#"{""#.utf8) + [0xFF] + Array(#"":\#(entry)}"#.utf8)),
        "overlong UTF-8": file(bytes: Array(#"{""#.utf8) + [0xC0, 0x80] + Array(#"":\#(entry)}"#.utf8)),
        "control character in a name": file(bytes: Array(#"{""#.utf8) + [0x01] + Array(#"":\#(entry)}"#.utf8)),
        "hole": file(
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}"#,
            data: 5
        ),
        "overlap": file(
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}}"#,
            data: 5
        ),
        "two tensors in one place": file(#"{"a":\#(entry),"b":\#(entry)}"#),
        "empty tensor inside another": file(
            #"{"a":\#(entry),"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#
        ),
        "does not begin at the start": file(#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, data: 12),
        "100001 tensors": file(
            "{" + (0...100_000).map { #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"# }.joined(separator: ",")
                + "}",
            data: 0
        ),
    ]

    private static func tensor(_ shape: String, _ offsets: String = "0,8", type: String = "F32") -> String {
        #"{"w":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(offsets)]}}"#
    }

    private static let texts: [String: String] = [
        "leading space": #" {"w":\#(entry)}"#,
        "array": #"[\#(entry)]"#,
        "not closed": #"{"w":\#(entry)"#,
        "text after the end": #"{"w":\#(entry)}x"#,
        "second object": #"{"w":\#(entry)}{}"#,
        "NUL after the end": "{\"w\":\(entry)}\0",
        "comma at the end": #"{"w":\#(entry),}"#,
        "no comma": #"{"w":\#(entry)"e":\#(entry)}"#,
        "no colon": #"{"w"\#(entry)}"#,
        "single quotes": #"{'w':\#(entry)}"#,
        "the same name twice": #"{"w":\#(entry),"w":\#(entry)}"#,
        "the same name twice, once escaped": #"{"w":\#(entry),"\u0077":\#(entry)}"#,
        "the same key twice": #"{"w":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        "two metadata": #"{"__metadata__":{},"__metadata__":{},"w":\#(entry)}"#,
        "metadata key twice": #"{"__metadata__":{"a":"","a":""},"w":\#(entry)}"#,
        "metadata that are no object": #"{"__metadata__":[],"w":\#(entry)}"#,
        "metadata that hold a number": #"{"__metadata__":{"a":1},"w":\#(entry)}"#,
        "metadata that hold an object": #"{"__metadata__":{"a":{}},"w":\#(entry)}"#,
        "metadata that are null": #"{"__metadata__":null,"w":\#(entry)}"#,
        "unknown key": #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#,
        "no type": #"{"w":{"shape":[2],"data_offsets":[0,8]}}"#,
        "no shape": #"{"w":{"dtype":"F32","data_offsets":[0,8]}}"#,
        "no offsets": #"{"w":{"dtype":"F32","shape":[2]}}"#,
        "tensor that is null": #"{"w":null}"#,
        "tensor that is a string": #"{"w":"F32"}"#,
        "unknown type": tensor("2", type: "F33"),
        "type in lower case": tensor("2", type: "f32"),
        "type that is a number": #"{"w":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}"#,
        "shape that needs more": tensor("3"),
        "shape that needs less": tensor("1"),
        "10 GB": tensor("2684354560", "0,10737418240"),
        "2^63": tensor("9223372036854775808"),
        "2^64 + 2": tensor("18446744073709551618"),
        "product that overflows": tensor("4294967296,4294967296"),
        "product that overflows to 2": tensor("9223372036854775807,9223372036854775807,2"),
        "overflow before zero": tensor("4611686018427387904,8,0", "0,0"),
        "overflow after zero": tensor("0,4611686018427387904,8", "0,0"),
        "negative length": tensor("-2"),
        "fraction": tensor("2.0"),
        "exponent": tensor("2e0"),
        "leading zero": tensor("02"),
        "plus sign": tensor("+2"),
        "length that is a string": tensor(#""2""#),
        "shape that is a number": #"{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}"#,
        "17 axes": tensor([String](repeating: "1", count: 16).joined(separator: ",") + ",2"),
        "array without end": tensor([String](repeating: "1", count: 100_000).joined(separator: ",")),
        "offsets the wrong way": tensor("2", "8,0"),
        "one offset": tensor("2", "8"),
        "three offsets": tensor("2", "0,8,8"),
        "offset of 2^63 - 1": tensor("2", "0,9223372036854775807"),
        "offsets at the end of integers": tensor("2", "9223372036854775799,9223372036854775807"),
        "string without end": #"{"w"#,
        "string that ends in an escape": #"{"w\"#,
        "unknown escape": #"{"\x":\#(entry)}"#,
        "short escape": #"{"\u00":\#(entry)}"#,
        "half a pair": #"{"\ud83d":\#(entry)}"#,
        "second half alone": #"{"\ude00":\#(entry)}"#,
        "two first halves": #"{"\ud83d\ud83d":\#(entry)}"#,
        "deep nesting": String(repeating: #"{"w":"#, count: 100_000),
    ]
}
