import Commands

@main
struct Preread {
    static func main() async {
        await CommandLineProgram.main()
    }
}
