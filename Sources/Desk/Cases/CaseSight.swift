package import Storage
import Values

/// Which cases somebody may see: the one place where it is decided, as a piece of SQL for lists
/// and as a predicate for one case. A stranger sees none; a receipt opens its own case elsewhere.
///
/// A complaint about a person stands above the village: those who work there never see, find or
/// count it, nor does the person complained of, whatever else they are.
package struct CaseSight: Sendable {
    /// Roles from which confidential cases are hidden.
    package static let villageRoles: Set<Role> = [.attendant, .liaison, .representative, .township]
    private static let wideRoles: Set<Role> = [.dispatcher, .stationHead, .company, .auditor]

    private let actor: Actor
    private let wide: [String]
    private let villages: [String]
    private let subtrees: [String]

    package init(_ actor: Actor) {
        self.actor = actor
        var wide: [String] = []
        var villages: [String] = []
        var subtrees: [String] = []
        for grant in actor.grants where !grant.reach.isEmpty {
            switch grant.role {
            case .representative, .liaison: villages.append(grant.reach)
            case .attendant, .township: subtrees.append(grant.reach)
            case .customer: break
            default: if Self.wideRoles.contains(grant.role) { wide.append(grant.reach) }
            }
        }
        self.wide = outermost(wide)
        self.villages = villages
        self.subtrees = outermost(subtrees)
    }

    /// Whether a role of this person reaches so far that confidential cases are among what they see.
    package var seesConfidential: Bool { actor.isSystem || !wide.isEmpty }

    /// A fragment for `WHERE`, in parentheses.
    package func sql(_ alias: String = "c") -> SQL {
        if actor.isSystem { return "(1 = 1)" }
        guard let person = actor.person else { return "(1 = 0)" }
        let c = alias
        var any: SQL = "(\(raw: c).assignee = \(person) OR \(raw: c).customer = \(person)"
        any +=
            actor.isStaff
            ? " OR (\(raw: c).filer = \(person) AND \(raw: c).confidential = 0)" : " OR \(raw: c).filer = \(person)"
        if let hash = actor.phoneHash { any += " OR \(raw: c).phone_hash = \(hash)" }
        for reach in wide { any += " OR " + Self.under(reach, c) }
        if !villages.isEmpty || !subtrees.isEmpty {
            var low: SQL = " OR (\(raw: c).confidential = 0 AND (1 = 0"
            if !villages.isEmpty { low += " OR \(raw: c).reach IN \(list: villages)" }
            for reach in subtrees { low += " OR " + Self.under(reach, c) }
            any += low + "))"
        }
        any += ") AND (\(raw: c).hidden_from IS NULL OR \(raw: c).hidden_from NOT LIKE \("%\(person.text)%"))"
        return "(\(sql: any))"
    }

    /// The same for a case at hand.
    package func sees(_ seen: Case) -> Bool {
        if actor.isSystem { return true }
        guard let person = actor.person, !seen.hiddenFrom.contains(person) else { return false }
        if seen.assignee == person || seen.customer == person { return true }
        if seen.filer == person, !seen.isConfidential || !actor.isStaff { return true }
        if let hash = actor.phoneHash, hash == seen.phoneHash { return true }
        if wide.contains(where: { reaches(seen.reach, from: $0) }) { return true }
        if seen.isConfidential { return false }
        return villages.contains(seen.reach) || subtrees.contains { reaches(seen.reach, from: $0) }
    }

    /// Terms of the text index of which one must match; nil when the index cannot narrow it.
    package var searchTerms: (all: [String], anyOf: [String])? {
        if actor.isSystem { return ([], []) }
        guard !actor.grants.isEmpty else { return nil }
        let reachTerms = Set(wide + villages + subtrees)
        guard !reachTerms.isEmpty else { return nil }
        // Reaches above the county are not terms: the rows are checked afterwards.
        if reachTerms.contains(where: { CaseTerms.depth($0) < CaseTerms.firstDepth }) { return ([], []) }
        return (wide.isEmpty ? [CaseTerms.plain] : [], reachTerms.sorted().map(CaseTerms.unit))
    }

    static func under(_ reach: String, _ c: String) -> SQL {
        // The character after "/" is "0": everything that begins with the path and a slash.
        "(\(raw: c).reach = \(reach) OR (\(raw: c).reach >= \(reach + "/") AND \(raw: c).reach < \(reach + "0")))"
    }
}

/// Paths without those that lie under another of them.
private func outermost(_ paths: [String]) -> [String] {
    let unique = Set(paths)
    return unique.filter { path in !unique.contains { $0 != path && reaches(path, from: $0) } }.sorted()
}

/// Exact terms beside a case's words in the text index.
package enum CaseTerms {
    /// A case that the village may see.
    package static let plain = "plain"
    /// `henan/xuchang/yanling`: units from the county down are terms.
    static let firstDepth = 3

    static func depth(_ path: String) -> Int { path.utf8.reduce(1) { $1 == 47 ? $0 + 1 : $0 } }
    package static func unit(_ path: String) -> String { "u:" + path }
    package static func kind(_ name: String) -> String { "k:" + name }

    static func terms(reach: String, kind: String, isConfidential: Bool) -> [String] {
        var terms = [Self.kind(kind)]
        if !isConfidential { terms.append(plain) }
        var path = Substring(reach)
        while depth(String(path)) >= firstDepth, !path.isEmpty {
            terms.append(unit(String(path)))
            guard let slash = path.lastIndex(of: "/") else { break }
            path = path[..<slash]
        }
        return terms
    }
}
