import Desk
import Values

/// Tells one case: who does what, and when.
struct DemoTeller {
    let maker: DemoStoryMaker
    let line: DemoFiles.RequestLine
    private let village: String
    private let pair: DemoCountyPlan.Pair
    var dice: DemoDice
    var t = Instant(milliseconds: 0)
    private var referredTo: String?
    var isReferred: Bool { referredTo != nil }

    private(set) var steps: [DemoStep] = []
    private(set) var isLate = false
    var isMerged = false
    /// When it was first resolved; nil when it never was.
    private(set) var resolvedAt: Instant?

    /// Shares of a thousand that go another way than straight on.
    private enum PerMille {
        static let late = 62
        static let returned = 85
        static let reopened = 42
        static let withdrawn = 24
        static let referred = 26
        static let confirmed = 560
        static let unconfirmed = 60
        static let followed = 90
    }

    init(
        _ maker: DemoStoryMaker, _ line: DemoFiles.RequestLine, _ village: String, _ pair: DemoCountyPlan.Pair,
        _ dice: DemoDice
    ) {
        self.maker = maker
        self.line = line
        self.village = village
        self.pair = pair
        self.dice = dice
    }

    /// Slug of the township whose station has the case.
    private var township: String {
        referredTo ?? village.split(separator: "/").dropLast().last.map(String.init) ?? ""
    }
    var dispatcher: String { "dispatcher/\(township)/\(line.source.utf8.last! % 2 + 1)" }
    var head: String { "head/\(township)" }
    /// Goes past the representative: complaints stay with the station.
    var staysAbove: Bool { line.kind == "complaint" }
    /// Hours count round the clock: somebody drives out.
    var isOutside: Bool { line.kind == "repair" || line.kind == "hazard" }
    func worker(at moment: Instant) -> String {
        if staysAbove { return head }
        return referredTo.map { "representative/\($0)/2" } ?? maker.onDuty(pair, at: moment)
    }

    // MARK: A whole life

    mutating func tellAll(from opened: Instant, near other: DemoStoryMaker.Earlier?) {
        t = opened
        add(.report)
        if let other, joins(other) { return }
        if dice.happens(perMille: PerMille.followed), line.kind == "repair" { addFollower() }
        if dice.happens(perMille: PerMille.withdrawn) {
            t = maker.frontDesk.later(t, minutes: dice.number(in: 15...180))
            add(.withdraw(text("withdraw")), by: .customer)
            return
        }
        isLate = dice.happens(perMille: PerMille.late)
        acceptAndSend()
        let asks = dice.happens(perMille: PerMille.returned)
        if asks, !isOutside { askAndAnswer() }
        if !staysAbove, dice.happens(perMille: PerMille.referred) { referAndTakeBack() }
        if dice.happens(perMille: 150) {
            pass(office: 10...60, outside: 1...4)
            add(.note(text("note"), shown: dice.happens(perMille: 600)), by: .staff(worker(at: t)))
        }
        work(asks: asks && isOutside)
        end()
    }

    /// A second report of the same thing, while the first is being worked on.
    private mutating func joins(_ other: DemoStoryMaker.Earlier) -> Bool {
        let minutes = isOutside ? 4...9 : 20...90
        let at =
            isOutside
            ? t.adding(minutes: Int64(dice.number(in: minutes)))
            : maker.frontDesk.later(t, minutes: dice.number(in: minutes))
        guard let done = other.resolved, at.adding(minutes: 5) < done, other.opened < t, line.source.hasPrefix("RP")
        else { return false }
        guard !staysAbove, dice.happens(perMille: 600) else { return false }
        t = at
        add(.merge(into: other.source), by: .staff(dispatcher))
        isMerged = true
        return true
    }

    private mutating func addFollower() {
        let at = t.adding(minutes: Int64(dice.number(in: 2...25)))
        let name = dice.pick(maker.files.surnames) + dice.pick(maker.files.villagerNames)
        let phone = DemoCountyPlan.phone(10_000 + dice.number(in: 0...80_000))
        steps.append(DemoStep(at: at, by: .stranger, move: .follow(name: name, phone: phone)))
    }

    private mutating func acceptAndSend() {
        pass(desk: 6...110, outside: 1...7)
        add(.accept, by: .staff(staysAbove ? head : dice.happens(perMille: 650) ? dispatcher : worker(at: t)))
        pass(desk: 5...60, outside: 1...5)
        add(.dispatch(to: worker(at: t)), by: .staff(dispatcher))
    }

    private mutating func askAndAnswer() {
        pass(office: 10...90, outside: 2...8)
        add(.ask(text("ask")), by: .staff(worker(at: t)))
        t = maker.frontDesk.later(t, minutes: dice.number(in: 30...1_100))
        add(.answer(text("answer")), by: .customer)
    }

    private mutating func referAndTakeBack() {
        pass(office: 10...60, outside: 2...10)
        refer()
        pass(desk: 10...60, outside: 1...5)
        add(.accept, by: .staff(dispatcher))
        pass(desk: 5...30, outside: 1...4)
        add(.dispatch(to: worker(at: t)), by: .staff(dispatcher))
    }

    /// To a station beside: the line that is broken turns out to be theirs.
    mutating func refer() {
        let others = maker.files.townships.map(\.slug)
        let own = others.firstIndex(of: township) ?? 0
        let other = others[(own + 1) % others.count]
        let path = maker.files.station(ofTownship: maker.files.county.path + "/" + other).path
        add(.refer(to: path, text("refer")), by: .staff(staysAbove ? head : dispatcher))
        referredTo = other
    }

    private mutating func work(again: Bool = false, asks: Bool = false) {
        let late = isLate && !again
        pass(office: staysAbove ? 10...110 : 15...240, outside: 1...8)
        add(.start, by: .staff(worker(at: t)))
        switch line.kind {
        case "repair":
            t = t.adding(minutes: Int64(dice.number(in: late && dice.happens(perMille: 500) ? 95...160 : 12...38)))
            add(.arrive, by: .staff(worker(at: t)))
            if asks { askAndAnswer() }
            t = t.adding(minutes: Int64(dice.number(in: late ? 260...420 : 20...190)))
        case "hazard":
            t = t.adding(minutes: Int64(dice.number(in: 15...60)))
            add(.arrive, by: .staff(worker(at: t)))
            if asks { askAndAnswer() }
            if late {
                t = maker.office.later(t.adding(days: 33), minutes: dice.number(in: 0...600))
            } else if line.isUrgent {
                t = t.adding(minutes: Int64(dice.number(in: 30...240)))
            } else {
                t = maker.office.later(t, minutes: dice.number(in: 120...2_000))
            }
        case "dispute":
            t = maker.office.later(t, minutes: late ? dice.number(in: 9_900...12_000) : dice.number(in: 500...4_500))
        default:
            t = maker.office.later(t, minutes: late ? dice.number(in: 4_500...6_000) : dice.number(in: 60...1_500))
        }
        add(.resolve(text("done")), by: .staff(worker(at: t)))
        if !again { resolvedAt = t }
    }

    private mutating func end() {
        if dice.happens(perMille: PerMille.reopened) {
            t = maker.frontDesk.later(t.adding(days: Int64(dice.number(in: 0...4))), minutes: dice.number(in: 60...400))
            add(.reopen(text("reopen")), by: .customer)
            work(again: true)
        }
        if dice.happens(perMille: PerMille.confirmed) {
            t = maker.frontDesk.later(t, minutes: dice.number(in: 40...1_700))
            add(
                .confirm(satisfaction: satisfaction(), dice.happens(perMille: 450) ? text("confirm") : nil),
                by: .customer)
        } else {
            // The call is due after three working days without an answer.
            t = maker.office.later(t, minutes: 3 * 600 + dice.number(in: 30...500))
            if dice.happens(perMille: PerMille.unconfirmed * 2) {
                for _ in 0..<2 {
                    add(.call(reached: false, solved: false, satisfaction: nil, text("missed")), by: .staff(dispatcher))
                    t = maker.office.later(t, minutes: 600 + dice.number(in: 0...300))
                }
                return
            }
            add(
                .call(reached: true, solved: true, satisfaction: satisfaction(), text("call")), by: .staff(dispatcher))
        }
        t = maker.office.later(t, minutes: dice.number(in: 20...700))
        add(.close, by: .staff(dispatcher))
    }

    mutating func satisfaction() -> Int { 5 - dice.index(weights: [54, 31, 9, 4, 2]) }

    // MARK: Small parts

    mutating func add(_ move: DemoStep.Move, by doer: DemoStep.Doer = .customer) {
        steps.append(DemoStep(at: t, by: doer, move: move))
    }

    private mutating func pass(office: ClosedRange<Int>, outside: ClosedRange<Int>) {
        let minutes = dice.number(in: isOutside ? outside : office)
        // A complaint must be answered within 24 hours, Sundays too.
        let hours = staysAbove ? maker.frontDesk : maker.office
        t = isOutside ? t.adding(minutes: Int64(minutes)) : hours.later(t, minutes: minutes)
    }

    private mutating func pass(desk: ClosedRange<Int>, outside: ClosedRange<Int>) {
        let minutes = dice.number(in: isOutside ? outside : desk)
        t = isOutside ? t.adding(minutes: Int64(minutes)) : maker.frontDesk.later(t, minutes: minutes)
    }

    mutating func text(_ move: String) -> String {
        let list = maker.files.texts.list(move, line.kind)
        guard !list.isEmpty else { return "" }
        return dice.pick(fitting(list))
            .replacing("{n}", with: "\(dice.number(in: 3...30))")
            .replacing("{day}", with: dice.pick(["明天", "后天", "下周一"]))
    }

    /// The texts that share most pairs of characters with what was reported.
    private func fitting(_ list: [String]) -> [String] {
        let told = Self.pairs(line.what)
        let shared = list.map { Self.pairs($0).intersection(told).count }
        guard let most = shared.max(), most > 0 else { return list }
        return zip(list, shared).filter { $0.1 == most }.map(\.0)
    }

    /// Overlapping pairs of characters, without those that stand in every second sentence.
    private static func pairs(_ text: String) -> Set<String> {
        let letters = Array(text)
        var pairs: Set<String> = []
        for (first, second) in zip(letters, letters.dropFirst()) { pairs.insert("\(first)\(second)") }
        return pairs.subtracting(common)
    }
    private static let common: Set<String> = [
        "用户", "用电", "家里", "我家", "已经", "一下", "联系", "现场", "处理", "电话", "什么", "没有", "怎么", "更换", "电费", "电表",
    ]
}
