import CLibXML2

/// Gathers what libxml2 reports during one call and puts it into words with a remedy.
final class ReportCollector {
    private struct Report {
        let code: Int
        let line: Int
        let message: String
    }

    /// More than this helps nobody; a broken file can produce thousands.
    private static let limit = 50

    private var reports: [Report] = []

    /// What the C side hands back to ``callback``; valid as long as the collector is.
    var context: UnsafeMutableRawPointer {
        Unmanaged.passUnretained(self).toOpaque()
    }

    static let callback: CLibXML2_report = { context, code, line, message in
        guard let context, let message else { return }
        let collector = Unmanaged<ReportCollector>.fromOpaque(context).takeUnretainedValue()
        guard collector.reports.count < limit else { return }
        collector.reports.append(Report(code: Int(code), line: Int(line), message: String(cString: message)))
    }

    /// The problems, in order of lines; never empty.
    func problems(of file: String) -> [ProfileError.Problem] {
        guard !reports.isEmpty else {
            return [
                .init(file: file, line: nil, message: "libxml2 refuses it without a reason", remedy: "Check the file")
            ]
        }
        return reports.sorted { $0.line < $1.line }.map { report in
            ProfileError.Problem(
                file: file,
                line: report.line > 0 ? report.line : nil,
                message: Self.message(report),
                remedy: Self.remedy(code: report.code, message: report.message)
            )
        }
    }

    private static func message(_ report: Report) -> String {
        if report.code == Int(CLibXML2_code_doctype.rawValue) {
            return "a document type declaration (<!DOCTYPE …>) is not accepted: it can name files and entities"
        }
        var message = report.message.replacing("\n", with: " ").trimmingWhiteSpace()
        if message.hasSuffix(".") { message.removeLast() }
        return message
    }

    /// Numbers of `xmlParserErrors` in libxml2's `xmlerror.h`; the names of the XML_SCHEMAV ones are the validation
    /// rules of XML Schema Part 1 and 2.
    private static func remedy(code: Int, message: String) -> String {
        switch code {
        case Int(CLibXML2_code_doctype.rawValue): "Remove the declaration and write the text itself"
        case 1871 where message.contains("Missing child"): "Add the element that is expected"
        case 1871:
            "Remove or rename the element, or move it: elements have a fixed order. README.md beside it lists all"
        case 1845: "The file must start with the element that its schema declares: start from a shipped file"
        case 1866, 1867: "Remove the attribute or correct its name. README.md beside it lists all"
        case 1868: "Add the attribute"
        case 1839: "Write the value in the form that the pattern shows. README.md beside it explains it"
        case 1840: "Use one of the values listed"
        case 1830, 1831, 1832: "Make the text as long as is asked"
        case 1833, 1834, 1835, 1836: "Use a number within the limits"
        case 1824, 1825, 1826: "Write a value of the kind that is named"
        case 1877: "Give each one its own value"
        case 1841: "Leave the element empty: what it says stands in its attributes"
        case 1..<1000: "Correct the XML: each start tag needs its end tag, and values stand in quotation marks"
        default: "Compare with a shipped file and with README.md beside it"
        }
    }
}
