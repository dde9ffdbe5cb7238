import Foundation
import SegmentAnything
import Tensors
import Testing

@testable import Training

@Suite("How automatic boxes missed")
struct BoxErrorSurveyTests {
    private let needs = BoxErrorSurvey.Needs(patients: 2, boxesPerSegment: 6, boxes: 10)

    /// Boxes of two patients, errors 0, 1, 2, … on the left, the same inward on top.
    private func samples(_ segment: String, count: Int, patients: Int = 2, shift: Double = 0) -> [BoxErrorSurvey.Sample]
    {
        (0..<count).map { index in
            let error = Double(index) + shift
            return .init(segment: segment, patientKey: "p\(index % patients)", outward: [error, -error, 7, -7])
        }
    }

    @Test("each side keeps its own errors, outward and inward")
    func whenEnoughWasMeasured_thenSidesAreMeasured() {
        let basis = BoxErrorSurvey(samples("a", count: 11)).basis(needs)
        #expect(basis.isMeasured && basis.boxes == 11 && basis.patients == 2)
        #expect(basis.common.boxes == 11 && basis.common.patients == 2)
        let jitter = basis.common.jitter
        #expect(jitter.left.value(at: 0) == 0 && jitter.left.value(at: 1) == 10 && jitter.left.value(at: 0.5) == 5)
        #expect(jitter.top.value(at: 0) == -10 && jitter.top.value(at: 1) == 0)
        #expect(jitter.right == .init(measured: [7]) && jitter.bottom == .init(measured: [-7]))
        #expect(jitter.tightShare == BoxJitter.atlas.tightShare, "perfect boxes go on working")
    }

    @Test("a segment has its own distribution where enough of its boxes are known, the others share one")
    func whenASegmentHasEnough_thenItHasItsOwn() {
        let survey = BoxErrorSurvey(samples("a", count: 6) + samples("b", count: 5, shift: 50))
        let basis = survey.basis(needs)
        #expect(Set(basis.segments.keys) == ["a"])
        #expect(basis.segments["a"]?.jitter.left.value(at: 1) == 5)
        #expect(basis.common.jitter.left.value(at: 1) == 54)
    }

    @Test("boxes of one patient err together: they are not enough, however many")
    func whenPatientsAreFew_thenTheDocumentedOneIsUsed() {
        let basis = BoxErrorSurvey(samples("a", count: 500, patients: 1)).basis(needs)
        #expect(!basis.isMeasured && basis.segments.isEmpty)
        #expect(basis.common.jitter == .atlas && basis.common.boxes == 0)
        #expect(basis.words.contains("documented") && basis.words.contains("only 500 boxes of 1 patients"))
    }

    @Test("too few boxes, or none, leave what is documented")
    func whenBoxesAreFew_thenTheDocumentedOneIsUsed() {
        #expect(!BoxErrorSurvey(samples("a", count: 5)).basis(needs).isMeasured)
        let none = BoxErrorSurvey().basis()
        #expect(none == .documented && none.words.contains("no automatic box"))
        #expect(BoxErrorSurvey(samples("a", count: 12)).basis(needs).words.contains("12 boxes of 2 patients"))
    }

    @Test("the order in which boxes came plays no part, and the record reads back the same")
    func whenSamplesComeInAnotherOrder_thenTheBasisIsTheSame() throws {
        let all = samples("a", count: 9) + samples("b", count: 8, shift: 0.3)
        let basis = BoxErrorSurvey(all).basis(needs)
        #expect(BoxErrorSurvey(all.reversed()).basis(needs) == basis)
        let encoder = JSONEncoder()
        let read = try JSONDecoder().decode(JitterBasis.self, from: encoder.encode(basis))
        #expect(read == basis)
    }

    @Test("a box is made to miss as those of its segment do")
    func whenASegmentHasItsOwn_thenItsBoxesMissSo() throws {
        func jitter(_ error: Double) -> BoxJitter {
            let side = BoxJitter.SideError(quantiles: [error])
            return BoxJitter(left: side, top: side, right: side, bottom: side, scale: 0, tightShare: 0)
        }
        var recipe = PromptRecipe.boxes
        recipe.jitter = jitter(1)
        recipe.segmentJitters = ["b": jitter(3)]
        let drawing = PromptDrawing(recipe: recipe, edge: 256)
        var pixels = [Bool](repeating: false, count: 256 * 256)
        for row in 100..<120 { for column in 60..<90 { pixels[row * 256 + column] = true } }
        let mask = PackedMask(edge: 256, pixels: pixels)
        var random = CounterRandom(seed: 1, step: 0, item: 0, purpose: .box)
        let targets = try ["a", "b"].map { name in
            try #require(BoxedMask(mask, of: name, rule: .wholeMask, random: &random))
        }
        let boxes = drawing.boxes(targets, random: &random).boxes?.values
        #expect(boxes == [59, 99, 91, 121, 57, 97, 93, 123])
    }
}
