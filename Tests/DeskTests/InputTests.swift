import Desk
import Testing
import Values

private struct Needs: Decodable {
    @Input(.length(1...10)) var what: String
    @Input var phone: PhoneNumber?
    @Input(.range(1...5)) var stars: Int?
    @Input var parts: Parts
    @Prepared var ready: Int
    init() {}
}

private struct Parts: InputValue {
    let values: [String: String]
    static func parse(_ raw: RawInput?, _ rules: [InputRule]) throws(InputComplaint) -> Parts {
        guard case .object(let object) = raw else { return Parts(values: [:]) }
        return Parts(values: object.mapValues(\.typed))
    }
    static func schema(_ rules: [InputRule]) -> Schema { .map(.text) }
    static func control(_ rules: [InputRule]) -> InputControl { .hidden }
    static var absent: Parts? { Parts(values: [:]) }
    static var gathersParts: Bool { true }
}

@Suite struct InputTests {
    private func parse(_ raw: RawInputs) throws(Problem) -> Needs { try InputList(of: Needs()).parse(Needs.self, raw) }

    @Test func allMistakesOfAFormAreSaidAtOnce() {
        let found = Result { () throws(Problem) in
            try parse(["what": .text(""), "phone": .text("12"), "stars": .text("6")])
        }
        guard case .failure(let problem) = found else { return #expect(Bool(false), "it parsed") }
        #expect(problem.status == 422)
        #expect(problem.fields.map { "\($0.field) \($0.code)" } == ["what missing", "phone not-a-phone", "stars out-of-range"])
    }

    @Test func fieldsWithADotAreTakenTogether() throws {
        let form = try parse(["what": .text("没电"), "parts.extent": .text("home"), "parts.address": .text("东头")])
        #expect(form.parts.values == ["extent": "home", "address": "东头"])
        let json = try parse(["what": .string("没电"), "parts": .object(["extent": .string("home")])])
        #expect(json.parts.values == ["extent": "home"])
    }

    @Test func whatWasPreparedIsNoInput() throws {
        #expect(InputList(of: Needs()).fields.map(\.name) == ["what", "phone", "stars", "parts"])
        var needs = try parse(["what": .text("没电"), "ready": .text("7")])
        needs.ready = 3
        #expect(needs.ready == 3)
    }

    @Test(arguments: ["没\u{0}电", "没\u{202E}电", "没\u{7}电"])
    func controlCharactersAreRefused(_ text: String) {
        #expect(throws: Problem.invalid("what", "control-character")) { try parse(["what": .text(text)]) }
    }
}
