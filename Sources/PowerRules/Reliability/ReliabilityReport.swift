import Foundation
package import Values

/// The figures of one year, with and without its major event days, and by month.
package struct ReliabilityReport: Sendable {
    package typealias Indices = Reliability.Indices

    package let customersServed: Int
    package let year: Int
    /// nil: the history holds fewer than two days above zero, so no day is a major one.
    package let threshold: MajorEventThreshold?
    private let nonzeroDays: Int
    package let majorDays: [Day]
    package let all: Indices
    package let withoutMajor: Indices
    package let onlyMajor: Indices
    package let unplanned: Indices
    /// January first.
    package let monthly: [Indices]
    package let users: UserReliability

    /// - Parameters:
    ///   - rows: interruptions that began in the year.
    ///   - history: minutes without supply of a customer on each day of the years before.
    package init(_ rows: [Interruption], year: Int, customersServed: Int, history: [Double]) {
        let minutes = Reliability.minutes(ofYear: year)
        func indices(_ rows: [Interruption]) -> Indices {
            Indices(rows, customersServed: customersServed, periodMinutes: minutes)
        }
        let daily = Reliability.dailySAIDI(rows, customersServed: customersServed)
        let threshold = MajorEventThreshold(dailySAIDI: history)
        let major = threshold?.majorDays(in: daily) ?? []
        let days = Set(major)
        self.customersServed = customersServed
        self.year = year
        self.threshold = threshold
        nonzeroDays = history.count { $0 > 0 }
        majorDays = major
        all = indices(rows)
        withoutMajor = indices(rows.filter { !days.contains($0.start.day) })
        onlyMajor = indices(rows.filter { days.contains($0.start.day) })
        unplanned = indices(rows.filter { !$0.isPlanned })
        monthly = (1...12).map { month in
            Indices(
                rows.filter { $0.start.day.month == month }, customersServed: customersServed,
                periodMinutes: Reliability.minutes(ofMonth: month, year: year))
        }
        users = UserReliability(rows, customersServed: customersServed, periodMinutes: minutes)
    }

    /// The report as JSON with the keys of Data/outages/expected.json; `further` adds MAIFI and the
    /// figures of DL/T 836.
    package func json(further: Bool = false) -> String {
        var lines = [
            "\"customers_served\": \(customersServed)", "\"year\": \(year)",
            "\"nonzero_history_days\": \(nonzeroDays)", "\"alpha\": \(number(threshold?.alpha, 9))",
            "\"beta\": \(number(threshold?.beta, 9))", "\"beta_population\": \(number(threshold?.betaPopulation, 9))",
            "\"tmed\": \(number(threshold?.minutes, 6))", "\"tmed_population\": \(number(threshold?.minutesPopulation, 6))",
            "\"med\": [\(majorDays.map { "\"\($0.iso)\"" }.joined(separator: ", "))]",
            "\"momentary_rows\": \(all.momentaryRows)",
            "\"all\": {\(fields(all))}", "\"without_med\": {\(fields(withoutMajor))}",
            "\"only_med\": {\(fields(onlyMajor))}", "\"unplanned\": {\(fields(unplanned))}",
        ]
        if further {
            lines.append("\"maifi\": \(number(all.maifi, 6))")
            lines.append("\"dlt836\": {\(userFields)}")
        }
        let months = monthly.enumerated().map { index, indices in
            "  {\"month\": \"\(year)-\(index < 9 ? "0" : "")\(index + 1)\", \(fields(indices))}"
        }
        lines.append("\"monthly\": [\n\(months.joined(separator: ",\n"))\n ]")
        return "{\n \(lines.joined(separator: ",\n "))\n}"
    }

    private func fields(_ indices: Indices) -> String {
        [
            "\"customers_interrupted\": \(indices.customersInterrupted)",
            "\"customer_minutes\": \(number(indices.customerMinutes, 6))", "\"saifi\": \(number(indices.saifi, 6))",
            "\"saidi_min\": \(number(indices.saidiMinutes, 6))",
            "\"caidi_min\": \(number(indices.caidiMinutes, 6))",
            "\"asai\": \(number(indices.asai, 9))",
        ].joined(separator: ", ")
    }

    private var userFields: String {
        [
            "\"rs_1\": \(number(users.rate(.all), 9))", "\"rs_2\": \(number(users.rate(.withoutExternal), 9))",
            "\"rs_3\": \(number(users.rate(.withoutLimited), 9))", "\"aihc_hours\": \(number(users.hours(), 6))",
            "\"aihc_planned_hours\": \(number(users.hours(planned: true), 6))",
            "\"aihc_fault_hours\": \(number(users.hours(planned: false), 6))", "\"aitc\": \(number(users.times(), 6))",
            "\"aitc_planned\": \(number(users.times(planned: true), 6))",
            "\"aitc_fault\": \(number(users.times(planned: false), 6))",
        ].joined(separator: ", ")
    }

    /// So many decimals of the value as it is (half to even, as C prints it), without zeros at the end but
    /// with one at least.
    private func number(_ value: Double?, _ decimals: Int) -> String {
        guard let value else { return "null" }
        var text = Substring(String(format: "%.\(decimals)f", value))
        while text.last == "0", text.dropLast().last != "." { text = text.dropLast() }
        return String(text)
    }
}
