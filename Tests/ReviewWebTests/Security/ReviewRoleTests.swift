import ReviewWeb
import Testing

@Test("An administrator may do what a reviewer may, and a reviewer what a viewer may")
func rolesAreOrdered() {
    #expect(ReviewRole.allCases.sorted() == [.viewer, .reviewer, .admin])
}
