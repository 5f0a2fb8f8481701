package import CoreMetrics
import Desk

/// Keeps the program's metrics in memory and writes them as Prometheus text.
///
/// Counters, gauges and timers of swift-metrics end here; a timer becomes a histogram in seconds.
package final class PrometheusMetrics: MetricsFactory, Sendable {
    /// Upper bounds of a timer's buckets, seconds.
    static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
    /// Series beyond this many are dropped, so that a mistake in a label cannot fill the memory.
    static let maximumSeries = 2000

    private let state = Locked<State>(State())

    private struct State: Sendable {
        var counters: [Series: Cell] = [:]
        var gauges: [Series: Cell] = [:]
        var timers: [Series: Histogram] = [:]
    }

    struct Series: Hashable, Sendable {
        let name: String
        let labels: String

        init(_ label: String, _ dimensions: [(String, String)]) {
            name = String(label.map { $0.isLetter || $0.isNumber ? $0 : "_" })
            labels = dimensions.sorted { $0.0 < $1.0 }
                .map { "\($0.0)=\"\($0.1.filter { $0 != "\"" && $0 != "\\" && $0 != "\n" })\"" }
                .joined(separator: ",")
        }
        func text(_ suffix: String = "", _ extra: String = "") -> String {
            let all = [labels, extra].filter { !$0.isEmpty }.joined(separator: ",")
            return all.isEmpty ? name + suffix : "\(name)\(suffix){\(all)}"
        }
    }

    final class Cell: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, Sendable {
        private let value = Locked<Double>(0)
        func increment(by amount: Int64) { value.with { $0 += Double(amount) } }
        func increment(by amount: Double) { value.with { $0 += amount } }
        func decrement(by amount: Double) { value.with { $0 -= amount } }
        func reset() { value.with { $0 = 0 } }
        func set(_ new: Int64) { value.with { $0 = Double(new) } }
        func set(_ new: Double) { value.with { $0 = new } }
        func record(_ new: Int64) { set(new) }
        func record(_ new: Double) { set(new) }
        var current: Double { value.with { $0 } }
    }

    final class Histogram: TimerHandler, Sendable {
        private let state = Locked<(buckets: [Int], count: Int, sum: Double)>(
            (Array(repeating: 0, count: PrometheusMetrics.bounds.count), 0, 0))
        func recordNanoseconds(_ duration: Int64) {
            let seconds = Double(duration) / 1e9
            let slot = PrometheusMetrics.bounds.firstIndex { seconds <= $0 }
            state.with {
                if let slot { $0.buckets[slot] += 1 }
                $0.count += 1
                $0.sum += seconds
            }
        }
        var current: (buckets: [Int], count: Int, sum: Double) { state.with { $0 } }
    }

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }
    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { counter(label, dimensions) }
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        gauge(label, dimensions)
    }
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let series = Series(label, dimensions)
        return state.with { state in
            if let known = state.timers[series] { return known }
            let made = Histogram()
            if state.timers.count < Self.maximumSeries { state.timers[series] = made }
            return made
        }
    }
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> Cell {
        let series = Series(label, dimensions)
        return state.with { state in
            if let known = state.counters[series] { return known }
            let made = Cell()
            if state.counters.count < Self.maximumSeries { state.counters[series] = made }
            return made
        }
    }
    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> Cell {
        let series = Series(label, dimensions)
        return state.with { state in
            if let known = state.gauges[series] { return known }
            let made = Cell()
            if state.gauges.count < Self.maximumSeries { state.gauges[series] = made }
            return made
        }
    }

    /// The text exposition format, version 0.0.4.
    package func text() -> String {
        let (counters, gauges, timers) = state.with { ($0.counters, $0.gauges, $0.timers) }
        var lines: [String] = []
        for (kind, cells) in [("counter", counters), ("gauge", gauges)] {
            for (name, group) in Dictionary(grouping: cells, by: \.key.name).sorted(by: { $0.key < $1.key }) {
                lines.append("# TYPE \(name) \(kind)")
                for (series, cell) in group.sorted(by: { $0.key.labels < $1.key.labels }) {
                    lines.append("\(series.text()) \(number(cell.current))")
                }
            }
        }
        for (name, group) in Dictionary(grouping: timers, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            lines.append("# TYPE \(name)_seconds histogram")
            for (series, histogram) in group.sorted(by: { $0.key.labels < $1.key.labels }) {
                let now = histogram.current
                var running = 0
                for (bound, count) in zip(Self.bounds, now.buckets) {
                    running += count
                    lines.append("\(series.text("_seconds_bucket", "le=\"\(bound)\"")) \(running)")
                }
                lines.append("\(series.text("_seconds_bucket", "le=\"+Inf\"")) \(now.count)")
                lines.append("\(series.text("_seconds_sum")) \(now.sum)")
                lines.append("\(series.text("_seconds_count")) \(now.count)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
