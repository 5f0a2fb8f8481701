#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A queue between Swift's tasks and the engines' own threads, which may block.
///
/// `@unchecked Sendable`: `mutex` protects every field.
final class JobQueue<Element: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let arrival: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [Element] = []
    private var head = 0
    private var sleepers = 0
    private var closed = false
    /// Between two looks of somebody who waits for a moment only.
    private static var sliceMicroseconds: UInt32 { 300 }

    init() {
        mutex = .allocate(capacity: 1)
        arrival = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrival, nil)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    /// - Returns: false when the queue is closed.
    func put(_ element: Element) -> Bool {
        pthread_mutex_lock(mutex)
        guard !closed else {
            pthread_mutex_unlock(mutex)
            return false
        }
        waiting.append(element)
        let wakes = sleepers > 0
        pthread_mutex_unlock(mutex)
        if wakes { pthread_cond_signal(arrival) }
        return true
    }

    /// Waits for the next element.
    /// - Returns: nil when the queue is closed and empty.
    func take() -> Element? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard waitForArrival() else { return nil }
        let element = waiting[head]
        head += 1
        if head == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 256 {
            waiting.removeFirst(head)
            head = 0
        }
        return element
    }

    /// Waits for the next element and takes everything that is there.
    /// - Returns: empty when the queue is closed and empty.
    func takeAll() -> [Element] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard waitForArrival() else { return [] }
        return emptied()
    }

    /// Takes what is there without waiting.
    func takeMore() -> [Element] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return emptied()
    }

    /// Takes what is there, or waits a moment for it.
    func takeMore(within milliseconds: Int64) -> [Element] {
        let end = monotonicMilliseconds() + milliseconds
        while true {
            let found = takeMore()
            guard found.isEmpty, monotonicMilliseconds() < end else { return found }
            usleep(JobQueue.sliceMicroseconds)
        }
    }

    /// How many wait.
    var count: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return waiting.count - head
    }

    /// Lets nothing more in; what waits is still done.
    func close() {
        pthread_mutex_lock(mutex)
        closed = true
        pthread_mutex_unlock(mutex)
        pthread_cond_broadcast(arrival)
    }

    private func waitForArrival() -> Bool {
        while head == waiting.count {
            if closed { return false }
            sleepers += 1
            pthread_cond_wait(arrival, mutex)
            sleepers -= 1
        }
        return true
    }

    private func emptied() -> [Element] {
        guard head < waiting.count else { return [] }
        let all = head == 0 ? waiting : Array(waiting[head...])
        waiting = []
        head = 0
        return all
    }
}

/// Starts a thread of its own for work that blocks.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    #if canImport(Glibc)
    var thread = pthread_t()
    let status = pthread_create(
        &thread, nil,
        { raw in
            Unmanaged<Box>.fromOpaque(raw!).takeRetainedValue().body()
            return nil
        }, box)
    precondition(status == 0, "cannot start a thread")
    pthread_detach(thread)
    #else
    var thread: pthread_t?
    let status = pthread_create(
        &thread, nil,
        { raw in
            Unmanaged<Box>.fromOpaque(raw).takeRetainedValue().body()
            return nil
        }, box)
    precondition(status == 0, "cannot start a thread")
    if let thread { pthread_detach(thread) }
    #endif
}
