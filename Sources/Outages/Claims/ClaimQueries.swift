package import Desk
import PowerRules
package import Storage
package import Values

extension Transaction {
    private static let claimColumns: SQL = """
        case_id, county, damaged_at, until, source, origin, cause, found, checked_at, checked_by, total_fen, offered_at,
        offered_by, offers, answer, answered_at, dispute, paid_on, paid_how, paid_reference, paid_at, paid_by, version
        """

    private static func readClaim(_ row: Row) -> Claim {
        Claim(
            id: row[0], county: row[1], damagedAt: row[2], until: row[3], source: row[4], origin: row[5], cause: row[6],
            found: row[7], checkedAt: row[8], checkedBy: row[9], totalFen: row[10], offeredAt: row[11], offeredBy: row[12],
            offers: row[13], answer: row[14], answeredAt: row[15], dispute: row[16], paidOn: row[17], paidHow: row[18],
            paidReference: row[19], paidAt: row[20], paidBy: row[21], version: row[22])
    }

    package func claim(_ id: ID<Case>) throws -> Claim? {
        try first("SELECT \(sql: Self.claimColumns) FROM claim WHERE case_id = \(id)", Self.readClaim)
    }

    func insert(_ claim: Claim) throws {
        try run(
            """
            INSERT INTO claim (case_id, county, damaged_at, until, source, origin, offers, version)
            VALUES (\(claim.id), \(claim.county), \(claim.damagedAt), \(claim.until), \(claim.source), \(claim.origin), 0, 1)
            """)
    }

    /// - Throws: `claim-changed` (409) when somebody else was faster.
    func save(_ claim: Claim) throws {
        let changed = try change(
            """
            UPDATE claim SET cause = \(claim.cause), found = \(claim.found), checked_at = \(claim.checkedAt),
                checked_by = \(claim.checkedBy), total_fen = \(claim.totalFen), offered_at = \(claim.offeredAt),
                offered_by = \(claim.offeredBy), offers = \(claim.offers), answer = \(claim.answer),
                answered_at = \(claim.answeredAt), dispute = \(claim.dispute), paid_on = \(claim.paidOn),
                paid_how = \(claim.paidHow), paid_reference = \(claim.paidReference), paid_at = \(claim.paidAt),
                paid_by = \(claim.paidBy), version = version + 1
            WHERE case_id = \(claim.id) AND version = \(claim.version)
            """)
        guard changed == 1 else { throw Problem(.conflict, "claim-changed") }
    }

    // MARK: Appliances

    private static func readItem(_ row: Row) -> ClaimedAppliance {
        ClaimedAppliance(
            id: row[0], name: row[1], category: row[2], boughtOn: row[3], priceFen: row[4], invoice: row[5],
            invoiceType: row[6], isChecked: row[7], isDamaged: row[8], repairFen: row[9], remark: row[10],
            offeredFen: row[11], basis: row[12], usedMonths: row[13], madeAt: row[14])
    }

    /// Those that were not taken out again, in the order in which they were named.
    package func appliances(of claim: ID<Case>) throws -> [ClaimedAppliance] {
        try rows(
            """
            SELECT id, name, category, bought_on, price_fen, invoice, invoice_type, checked, damaged, repair_fen, remark,
                   offered_fen, basis, used_months, made_at
            FROM claim_item WHERE claim = \(claim) AND removed_at IS NULL ORDER BY id LIMIT \(ClaimLimits.itemsMax)
            """, Self.readItem)
    }

    func insert(_ item: ClaimedAppliance, of claim: Claim) throws {
        try run(
            """
            INSERT INTO claim_item (id, county, claim, name, category, bought_on, price_fen, invoice, invoice_type, checked,
                                    made_at)
            VALUES (\(item.id), \(claim.county), \(claim.id), \(item.name), \(item.category), \(item.boughtOn),
                    \(item.priceFen), \(item.invoice), \(item.invoiceType), 0, \(item.madeAt))
            """)
    }

    func save(_ item: ClaimedAppliance) throws {
        try run(
            """
            UPDATE claim_item SET name = \(item.name), category = \(item.category), bought_on = \(item.boughtOn),
                price_fen = \(item.priceFen), invoice = \(item.invoice), invoice_type = \(item.invoiceType),
                checked = \(item.isChecked), damaged = \(item.isDamaged), repair_fen = \(item.repairFen),
                remark = \(item.remark), offered_fen = \(item.offeredFen), basis = \(item.basis),
                used_months = \(item.usedMonths)
            WHERE id = \(item.id)
            """)
    }

    func remove(_ item: ID<ClaimItem>, at now: Instant) throws {
        try run("UPDATE claim_item SET removed_at = \(now) WHERE id = \(item)")
    }

    // MARK: Beside it

    /// What an outage's number stands for.
    func outageSource(_ number: Code, county: String) throws -> ClaimSource? {
        if try value("SELECT 1 FROM cases WHERE number = \(number) AND kind = 'outage' AND county = \(county)") as Int? != nil {
            return .fault
        }
        return try planned(number).map { $0.county == county } == true ? .planned : nil
    }

    /// The sealed contact of a case, for the dispute that follows it.
    func sealedContact(of case_: ID<Case>) throws -> (name: [UInt8]?, phone: [UInt8]?, phoneTail: String?)? {
        try first("SELECT name, phone, phone_tail FROM cases WHERE id = \(case_)") {
            (name: $0[0], phone: $0[1], phoneTail: $0[2])
        }
    }

    /// Claims of cases that the actor may see, the newest first, key-paged by the case's id.
    func claims(_ sight: CaseSight, county: String, open: Bool?, after: ID<Case>?, limit: Int) throws
        -> [(claim: ID<Case>, number: Code, state: String, version: Int, villageName: String, openedAt: Instant, dueAt: Instant, totalFen: Int?)]
    {
        let beyond: SQL = after.map { "AND k.case_id < \($0)" } ?? ""
        let only: SQL = open.map { "AND c.open = \($0)" } ?? ""
        return try rows(
            """
            SELECT k.case_id, c.number, c.state, c.kind_version, c.village_name, c.opened_at, c.due_at, k.total_fen
            FROM claim k JOIN cases c ON c.id = k.case_id
            WHERE k.county = \(county) AND \(sql: sight.sql("c")) \(sql: only) \(sql: beyond)
            ORDER BY k.case_id DESC LIMIT \(limit)
            """
        ) {
            (
                claim: $0[0], number: $0[1], state: $0[2], version: $0[3], villageName: $0[4], openedAt: $0[5], dueAt: $0[6],
                totalFen: $0[7]
            )
        }
    }
}
