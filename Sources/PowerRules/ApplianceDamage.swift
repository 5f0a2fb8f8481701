package import Values

/// What a household is paid for an appliance that a fault of the supply has damaged, by the rules of
/// 1996 (居民用户家用电器损坏处理办法; docs/rules/appliance-damage.md).
package enum ApplianceDamage {
    /// Which lifetime an appliance has (article 12 of the rules).
    package enum Category: String, Sendable, Hashable, CaseIterable, Codable {
        /// 电子类: television, audio, charger
        case electronic
        /// 电机类: refrigerator, air conditioner, washing machine, fan
        case motor
        /// 电阻电热类: rice cooker, water heater, kettle
        case heating
        /// 电光源类: lamps
        case lighting

        package var lifetimeYears: Int {
            switch self {
            case .electronic: 10
            case .motor: 12
            case .heating: 5
            case .lighting: 2
            }
        }
    }

    /// A claim must come within this time after the damage, else it is waived.
    package static let claimWithin = LimitRule.days(7)
    /// Up to this age the whole price is paid.
    package static let wholePriceMonths = 6
    /// At least so much of the price is paid for what is past its lifetime.
    package static let leastPercent = 10

    /// One damaged appliance, as the check on site found it.
    package struct Appliance: Sendable, Hashable {
        package let category: Category
        /// Price of the invoice, in fen (0.01 yuan).
        package let priceFen: Int
        /// Date of the invoice.
        package let boughtOn: Day
        /// What the repair costs, in fen; nil when it cannot be repaired.
        package let repairFen: Int?

        package init(category: Category, priceFen: Int, boughtOn: Day, repairFen: Int? = nil) {
            self.category = category
            self.priceFen = priceFen
            self.boughtOn = boughtOn
            self.repairFen = repairFen
        }
    }

    /// By which rule the sum came about.
    package enum Basis: String, Sendable, Hashable, CaseIterable, Codable {
        /// The claim came after seven days.
        case waived
        /// It can be repaired: the cost of that.
        case repair
        /// Bought at most six months before.
        case whole
        /// The price less what its age has used up.
        case depreciated
        /// Past its lifetime, or worth less than a tenth.
        case least
    }

    package struct Reckoning: Sendable, Hashable {
        /// 0.01 yuan.
        package let amountFen: Int
        package let basis: Basis
        /// Whole months from the invoice to the damage.
        package let usedMonths: Int
        package let lifetimeMonths: Int
    }

    /// The last moment for a claim of damage at `damagedAt`.
    package static func claimUntil(_ damagedAt: Instant, _ calendar: WorkCalendar) -> Instant {
        calendar.due(start: damagedAt, rule: claimWithin).moment
    }

    /// - Parameter isInTime: the claim came within seven days.
    package static func reckon(_ appliance: Appliance, damagedOn: Day, isInTime: Bool = true) -> Reckoning {
        let used = max(0, wholeMonths(from: appliance.boughtOn, to: damagedOn))
        let life = appliance.category.lifetimeYears * 12
        func sum(_ fen: Int, _ basis: Basis) -> Reckoning {
            Reckoning(amountFen: fen, basis: basis, usedMonths: used, lifetimeMonths: life)
        }
        if !isInTime { return sum(0, .waived) }
        if let cost = appliance.repairFen { return sum(cost, .repair) }
        let price = appliance.priceFen
        if damagedOn <= appliance.boughtOn.adding(months: wholePriceMonths) { return sum(price, .whole) }
        let left = life - used
        // Less than a tenth of its life is left: a tenth of the price.
        if left * 100 < life * leastPercent { return sum(roundedDivision(price * leastPercent, 100), .least) }
        return sum(roundedDivision(price * left, life), .depreciated)
    }

    /// Half up.
    private static func roundedDivision(_ a: Int, _ b: Int) -> Int { (a * 2 + b) / (b * 2) }

    /// Completed months; a month that ends early is complete on its last day.
    private static func wholeMonths(from first: Day, to last: Day) -> Int {
        let a = first.civil
        let b = last.civil
        let months = (b.year - a.year) * 12 + b.month - a.month
        return last < first.adding(months: months) ? months - 1 : months
    }
}

extension Day {
    /// The same day so many months later, or the last of that month.
    package func adding(months: Int) -> Day {
        let c = civil
        let count = c.year * 12 + c.month - 1 + months
        let (year, month) = (count / 12, count % 12 + 1)
        return Day(year: year, month: month, day: min(c.day, Day.length(ofMonth: month, year: year))) ?? self
    }
}
