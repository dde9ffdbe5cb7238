/// The mean over structures of each patient, before and after, joined by a line.
struct PatientPlot {
    /// In any order; a line says nothing of who it is.
    let patients: [(before: Double, after: Double)]

    var picture: Markup {
        let (left, right, top, bottom) = (60.0, 400.0, 14.0, 250.0)
        let values = patients.flatMap { [$0.before, $0.after] }
        let axis = Axis(Axis.domain(of: values), from: bottom, to: top)
        let (before, after) = (left + 80, right - 80)
        var shapes = Drawing.side(axis, from: left, to: right)
        for patient in patients {
            let (y0, y1) = (axis.place(patient.before), axis.place(patient.after))
            shapes += [
                Drawing.line(before, y0, after, y1, patient.after < patient.before ? "pair worse" : "pair"),
                Drawing.dot(before, y0, "before"), Drawing.dot(after, y1, "after"),
            ]
        }
        shapes += [
            Drawing.label("before", before, bottom + 20, .middle, style: "name"),
            Drawing.label("after", after, bottom + 20, .middle, style: "name"),
        ]
        return Drawing.picture(
            width: 420,
            height: bottom + 32,
            says: "Mean Dice of \(patients.count) patients before and after",
            shapes
        )
    }
}
