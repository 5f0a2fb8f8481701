import ArgumentParser
import PowerRules
import Values

extension ApplianceDamage.Category: ExpressibleByArgument {}
extension Datum: ExpressibleByArgument {}

extension RulesCommand {
    /// Computes what a damaged appliance is worth.
    struct Compensation: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compute what is paid for a damaged appliance, with the steps (docs/rules/appliance-damage.md).")

        @Option(help: "electronic, motor, heating or lighting.") var kind: ApplianceDamage.Category
        @Option(help: "Purchase price in yuan.") var price: String
        @Option(help: "Day of purchase.") var bought: String
        @Option(help: "Day of the damage.") var damaged: String
        @Option(help: "Day of the claim.") var claimed: String
        @Option(help: "What a repair costs in yuan, when it can be repaired.") var repair: String?

        func validate() throws { _ = try claim() }

        func run() throws {
            let (appliance, damagedOn, claimedOn) = try claim()
            let until = ApplianceDamage.claimUntil(damagedOn.start, try loadCalendar())
            let reckoning = ApplianceDamage.reckon(appliance, damagedOn: damagedOn, isInTime: claimedOn.start < until)
            say("\(reckoning.basis.rawValue) \(RulesCommand.yuan(reckoning.amountFen))")
            say("the last day for a claim was \(until.adding(milliseconds: -1).day.iso)")
            say("\(reckoning.usedMonths) whole months old of \(reckoning.lifetimeMonths)")
            say(RulesCommand.words(reckoning.basis))
        }

        private func claim() throws -> (ApplianceDamage.Appliance, damagedOn: Day, claimedOn: Day) {
            let boughtOn = try RulesCommand.day("--bought", bought)
            let damagedOn = try RulesCommand.day("--damaged", damaged)
            let claimedOn = try RulesCommand.day("--claimed", claimed)
            guard boughtOn <= damagedOn else { throw ValidationError("--bought is not after --damaged.") }
            guard damagedOn <= claimedOn else { throw ValidationError("--claimed is not before --damaged.") }
            let appliance = ApplianceDamage.Appliance(
                category: kind, priceFen: try RulesCommand.fen("--price", price), boughtOn: boughtOn,
                repairFen: try repair.map { try RulesCommand.fen("--repair", $0) })
            return (appliance, damagedOn, claimedOn)
        }
    }

    /// Checks a planned or urgent outage.
    struct PlannedOutage: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "planned-outage",
            abstract: "Check the notice and length of a planned or urgent outage (docs/rules/planned-outage.md).")

        @Option(help: "When it begins: 2026-12-10T08:00.") var start: String
        @Option(help: "When it ends.") var end: String
        @Option(help: "When the notice was published.") var announced: String
        @Flag(help: "Urgent (temporary) work.") var urgent = false

        func validate() throws { _ = try outage() }

        func run() throws {
            let (rule, outage) = (PlannedOutageRule(), try outage())
            let found = rule.violations(of: outage)
            guard !found.isEmpty else { return say("ok") }
            for violation in found {
                let values = violation.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                say(([violation.code.rawValue] + values + ["(\(violation.source))"]).joined(separator: " "))
            }
            if let earliest = rule.earliestStart(of: outage) { say("earliest \(earliest.iso)") }
            throw ExitCode.failure
        }

        private func outage() throws -> PlannedOutageRule.Outage {
            PlannedOutageRule.Outage(
                start: try RulesCommand.moment("--start", start), end: try RulesCommand.moment("--end", end),
                isUrgent: urgent, announced: try RulesCommand.moment("--announced", announced))
        }
    }

    /// Converts a place between datums.
    struct ConvertDatum: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "datum",
            abstract: "Convert a place: prints 'LAT LON' with seven decimals (docs/rules/datum.md).")

        @Option(help: "wgs84, cgcs2000 or gcj02.") var from: Datum
        @Option(help: "wgs84, cgcs2000 or gcj02.") var to: Datum
        @Argument(parsing: .allUnrecognized, help: "Latitude and longitude in degrees.") var degrees: [String] = []

        func validate() throws { _ = try place() }

        func run() throws {
            let place = Datum.convert(try place(), from: from, to: to)
            say("\(fixed(place.latitude, 7)) \(fixed(place.longitude, 7))")
        }

        private func place() throws -> Place {
            let numbers = degrees.compactMap { decimal($0.utf8) }
            guard numbers.count == 2, degrees.count == 2, let place = Place(latitude: numbers[0], longitude: numbers[1])
            else { throw ValidationError("Give a latitude and a longitude in degrees: 34.106 114.18") }
            return place
        }
    }
}

extension RulesCommand {
    private static func day(_ option: String, _ text: String) throws -> Day {
        guard let day = Day(iso: text), (1950...2089).contains(day.year) else {
            throw ValidationError("\(option) is a day like 2026-06-10, not '\(text)'.")
        }
        return day
    }

    private static func moment(_ option: String, _ text: String) throws -> Instant {
        guard let moment = Instant(iso: text) else {
            throw ValidationError("\(option) is a moment like 2026-12-10T08:00, not '\(text)'.")
        }
        return moment
    }

    /// Yuan with at most two decimals, as fen.
    private static func fen(_ option: String, _ text: String) throws -> Int {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard digits, (1...2).contains(parts.count), parts[0].utf8.count <= 9, parts.count == 1 || parts[1].utf8.count <= 2,
            let yuan = Int(parts[0]), let rest = Int(parts.count == 1 ? "00" : (parts[1] + "0").prefix(2))
        else { throw ValidationError("\(option) is an amount in yuan like 2500 or 2500.50, not '\(text)'.") }
        return yuan * 100 + rest
    }

    private static func yuan(_ fen: Int) -> String { fixed(Double(fen) / 100, 2) }

    private static func words(_ basis: ApplianceDamage.Basis) -> String {
        switch basis {
        case .waived: "claimed too late: given up"
        case .repair: "can be repaired: the company bears the repair"
        case .whole: "not older than \(ApplianceDamage.wholePriceMonths) months: the whole price"
        case .depreciated: "the price less what its age has used up"
        case .least: "less than a tenth of its life is left: \(ApplianceDamage.leastPercent) % of the price"
        }
    }
}
