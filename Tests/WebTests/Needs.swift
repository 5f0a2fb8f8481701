import Desk
import Storage
import Values

/// Somebody tells what is needed: an action as the services declare them.
struct TellNeed: Action {
    static let name = "tell-need"
    static let door = Door.post("/needs", status: 201)
    static let who: Who = .anybody
    @Input(.length(1...200), .lines) var what: String
    @Input var channel: Channel
    @Input var phone: PhoneNumber?
    @Input(.count(0...6)) var photos: [Upload]
    @Input var voice: Upload?
    @Input var urgent: Bool
    @Input(.length(1...40), .secret) var pin: String?

    struct Told: Answer {
        let id: String
        let what: String
        static var schema: Schema { .object([("id", .string(format: "uuid")), ("what", .text)]) }
    }

    func perform(_ work: Work) throws -> Told {
        if what == "nothing" { throw Problem(.conflict, "try-again") }
        let id = try work.record(
            EventDraft(
                "need.told", of: "need", what,
                ["photos": "\(photos.count)", "voice": voice?.type ?? "", "phone": phone?.digits ?? ""]))
        work.announce("henan/bugang")
        return Told(id: id.text, what: what)
    }
}

/// A dispatcher closes a need: signed in, by role, with its number in the path.
struct CloseNeed: Action {
    static let name = "close-need"
    static let door = Door.post("/needs/:need/close")
    static let who: Who = .roles(.dispatcher)
    @Input var need: Code
    @Input(.length(1...100)) var note: String
    func perform(_ work: Work) throws -> Done { Done() }
}

struct ListNeeds: Query {
    static let name = "list-needs"
    static let door = Door.get("/needs")
    static let who: Who = .signedIn
    @Input var q: String?
    @Input(.range(1...100)) var limit: Int?
    struct Found: Answer {
        let items: [String]
        static var schema: Schema { .object([("items", .array(.text))]) }
    }
    func fetch(_ work: Work) throws -> Found {
        Found(items: try work.tx.rows("SELECT subject FROM event ORDER BY id LIMIT \(limit ?? 25)") { $0[0] })
    }
}
