package import PowerRules
package import Storage
package import Values

/// All that actions and queries may use, handed in once by the composition root.
package struct Desk: Sendable {
    package let database: Database
    package let clock: Clock
    package let chance: Chance
    package let keys: KeyRing
    package let calendar: WorkCalendar
    package let locales: Locales
    package let kinds: KindCatalog
    package let live: LiveHub
    package let allowances: Allowances
    package let settings: Settings
    package let house: CaseHouse
    package let epoch = Epoch()

    package init(
        database: Database, clock: Clock, chance: Chance, keys: KeyRing, calendar: WorkCalendar,
        locales: Locales, kinds: KindCatalog, live: LiveHub = LiveHub(), allowances: Allowances = Allowances(),
        settings: Settings, house: CaseHouse = CaseHouse()
    ) {
        self.database = database
        self.clock = clock
        self.chance = chance
        self.keys = keys
        self.calendar = calendar
        self.locales = locales
        self.kinds = kinds
        self.live = live
        self.allowances = allowances
        self.settings = settings
        self.house = house
    }

    /// What the operator chose.
    package struct Settings: Sendable {
        /// Address under which people reach the server, without a slash at the end; stands in
        /// QR codes and messages.
        package var publicAddress: String
        /// Whether text messages go out: a Kannel gateway is configured.
        package var sendsSMS: Bool
        /// One-click sign-in; only in a database marked as demo and served on loopback.
        package var isDemo: Bool
        /// How long a session that was read is believed; 0 reads it for every request. A change of
        /// rights through another process is noticed after this time at the latest.
        package var sessionKeptMilliseconds: Int64
        /// Address of map pictures with `{z}`, `{x}` and `{y}`; nil: the map shows our own data alone.
        package var tiles: String?
        package init(
            publicAddress: String, sendsSMS: Bool = false, isDemo: Bool = false, sessionKeptMilliseconds: Int64 = 0,
            tiles: String? = nil
        ) {
            self.tiles = tiles
            self.publicAddress = publicAddress
            self.sendsSMS = sendsSMS
            self.isDemo = isDemo
            self.sessionKeptMilliseconds = sessionKeptMilliseconds
        }
    }
}

/// One transaction at work: who, when, and what may be used in it.
package struct Work {
    package let tx: Transaction
    package let actor: Actor
    package let now: Instant
    package let desk: Desk
    private let gathered: Gathered

    package init(_ tx: Transaction, by actor: Actor, at now: Instant, desk: Desk) {
        self.tx = tx
        self.actor = actor
        self.now = now
        self.desk = desk
        self.gathered = Gathered()
    }

    /// Ids of one transaction sort in the order in which they were made.
    package func newID<T>(_ type: T.Type = T.self) -> ID<T> {
        gathered.made += 1
        return ID(at: now, from: desk.chance, sequence: gathered.made)
    }

    /// After the commit, everybody who watches `topic` (a unit's path or `case/NUMBER`) is told to
    /// look again.
    package func announce(_ topic: String) { gathered.topics.append(topic) }
    package var announced: [String] { gathered.topics }

    /// A read that shows personal data leaves a trace, written before the answer leaves.
    package func witness(_ event: EventDraft) { gathered.witnessed.append(event) }
    package var witnessed: [EventDraft] { gathered.witnessed }

    private final class Gathered {
        var topics: [String] = []
        var witnessed: [EventDraft] = []
        var made = 0
    }
}

/// A refusal that must leave a trace although everything else is rolled back
/// (wrong password, no certificate).
package struct Refusal: Error, Sendable {
    package let problem: Problem
    package let event: EventDraft
    /// Further rows to write beside the event (a failed try).
    package let also: (@Sendable (Work) throws -> Void)?
    package init(_ problem: Problem, recording event: EventDraft, also: (@Sendable (Work) throws -> Void)? = nil) {
        self.problem = problem
        self.event = event
        self.also = also
    }
}
