package import Registry
package import Values
package import Web

/// What a service that stands above adds to the pages that all cases share: its own receipts,
/// sections, and ways into its pages. Every part may be left out.
package protocol ServiceGuest: Sendable {
    /// Where one of the big services leads instead of the common intake.
    func way(to service: String, _ village: VillageInfo) -> String?
    /// Above the services of a village's page.
    func banner(of village: VillageInfo, _ visit: Visit) async throws -> HTML?
    /// Links beside the rarer kinds of request on a village's page.
    func ways(_ village: VillageInfo, _ visit: Visit) -> [HTML]
    /// The page behind a receipt or number that opens no case.
    func page(of door: FollowDoor, _ visit: Visit) async throws -> Page?
    /// Under the state of a followed case.
    func section(of view: CaseView, _ door: FollowDoor, _ visit: Visit) async throws -> HTML?
    /// Under the head of a case's page for the staff: ways into the service, and what it keeps of the case.
    func link(from view: CaseView, _ visit: Visit) async throws -> HTML?
    /// Whether a photo that the service keeps beside the case is for these eyes.
    func isPhoto(_ hash: String, of number: Code, _ visit: Visit) async throws -> Bool
    /// Above the counts of a station's board.
    func boardSection(_ visit: Visit) async throws -> HTML?
}

extension ServiceGuest {
    package func way(to service: String, _ village: VillageInfo) -> String? { nil }
    package func banner(of village: VillageInfo, _ visit: Visit) async throws -> HTML? { nil }
    package func ways(_ village: VillageInfo, _ visit: Visit) -> [HTML] { [] }
    package func page(of door: FollowDoor, _ visit: Visit) async throws -> Page? { nil }
    package func section(of view: CaseView, _ door: FollowDoor, _ visit: Visit) async throws -> HTML? { nil }
    package func link(from view: CaseView, _ visit: Visit) async throws -> HTML? { nil }
    package func isPhoto(_ hash: String, of number: Code, _ visit: Visit) async throws -> Bool { false }
    package func boardSection(_ visit: Visit) async throws -> HTML? { nil }
}
